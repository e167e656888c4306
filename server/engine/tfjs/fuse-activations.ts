import { floatsIn } from '../../graph/floats.js';
import type { Graph, GraphNode } from '../../graph/graph.js';

/** A node to load, and the activation behind it that becomes part of it. */
export interface FusedNode {
  /** With the outputs of the activation. */
  readonly node: GraphNode;
  readonly activation: GraphNode | null;
}

/** Joins convolutions with the activations that alone read them: the library computes both in one pass over the map. */
export function fuseActivations(graph: Graph): readonly FusedNode[] {
  const readers = new Map<string, GraphNode[]>();
  for (const node of graph.nodes) {
    for (const name of node.inputs) readers.set(name, [...(readers.get(name) ?? []), node]);
  }
  const gone = new Set<GraphNode>();
  return graph.nodes.flatMap((node): readonly FusedNode[] => {
    if (gone.has(node)) return [];
    const [output] = node.outputs as [string];
    const [reader, ...others] = readers.get(output) ?? [];
    const isOnlyReader = reader !== undefined && others.length === 0 && !graph.outputs.includes(output);
    const isConvolution = node.operator === 'Conv' || node.operator === 'ConvTranspose';
    if (!isConvolution || !isOnlyReader || !isFusable(graph, reader)) return [{ node, activation: null }];
    gone.add(reader);
    return [{ node: { ...node, outputs: reader.outputs }, activation: reader }];
  });
}

function isFusable({ constants }: Graph, { inputs, operator }: GraphNode): boolean {
  switch (operator) {
    case 'LeakyRelu':
    case 'Relu':
    case 'Sigmoid':
      return true;
    case 'Clip': {
      const bounds = [1, 2].map((i) => constants.get(inputs[i] ?? ''));
      return `${bounds.map((bound) => bound && floatsIn(bound)[0])}` === '0,6';
    }
    default:
      return false;
  }
}
