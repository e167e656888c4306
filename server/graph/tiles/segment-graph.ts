import type { Attribute, Graph, GraphConstant, GraphNode } from '../graph.js';
import { integersIn } from '../integers.js';
import type { GraphSegment, SegmentedStage } from './graph-segments.js';
import type { StageNode } from './stage.js';

/** The graph of one segment: its blocks come padded, and nothing in it pads or looks at where a block lies. */
export interface SegmentGraph {
  readonly graph: Graph;
  /** The graph's input for a materialised value that a node reads. */
  readonly inputOf: (reader: StageNode, value: string) => string;
  /** The number that fills the padding of such an input. */
  readonly fillOf: (reader: StageNode) => number;
}

/** Makes the graph of a segment, which runs on blocks of any height and width. */
export function segmentGraph({ graph, materialised, needOf }: SegmentedStage, segment: GraphSegment): SegmentGraph {
  // Readers that need a value in one way share an input.
  const inputOf = (reader: StageNode, value: string) =>
    `${value} for ${needOf.get(reader)} in ${fillOf(graph, reader)}`;
  const inputs = new Set<string>();
  const values = new Map(graph.values);
  const constants = new Map<string, GraphConstant>();
  const nodes = segment.nodes.map((one): GraphNode => {
    const node = blockNode(graph, one.node, constants);
    return {
      ...node,
      inputs: node.inputs.map((name) => {
        const constant = graph.constants.get(name);
        if (constant !== undefined) constants.set(name, constant);
        if (!materialised.has(name)) return name;
        const input = inputOf(one, name);
        inputs.add(input);
        values.set(input, graph.values.get(name)!);
        return input;
      }),
    };
  });
  const name = `${graph.name}, segment ${segment.index}`;
  return {
    graph: { name, inputs: [...inputs], outputs: segment.writes, nodes, values, constants },
    inputOf,
    fillOf: (reader) => fillOf(graph, reader),
  };
}

/** A node without padding of its own, which begins at its block's first cell. */
function blockNode(graph: Graph, node: GraphNode, constants: Map<string, GraphConstant>): GraphNode {
  const none: Attribute = { integers: [0, 0, 0, 0] };
  switch (node.operator) {
    case 'AveragePool':
    case 'Conv':
    case 'ConvTranspose':
    case 'MaxPool':
      return { ...node, attributes: { ...node.attributes, pads: none } };
    case 'Pad':
      return { ...node, operator: 'Identity', attributes: {}, inputs: node.inputs.slice(0, 1) };
    case 'Slice':
      return blockSlice(graph, node, constants);
    default:
      return node;
  }
}

/** Along rows and columns the block begins where the slice does: what is left of it is its step. */
function blockSlice(graph: Graph, node: GraphNode, constants: Map<string, GraphConstant>): GraphNode {
  const [starts, ends, given] = [1, 2, 3].map((index) => graph.constants.get(node.inputs[index] ?? ''));
  const axes = given === undefined ? integersIn(starts!).map((_, axis) => axis) : integersIn(given);
  const isOfMap = (i: number) => (axes[i]! + 4) % 4 >= 2;
  const names = [`${node.name} starts of a block`, `${node.name} ends of a block`] as const;
  const set = (name: string, numbers: readonly number[]) => {
    const { type } = starts!;
    const { buffer } = type === 'int32' ? Int32Array.from(numbers) : BigInt64Array.from(numbers, BigInt);
    constants.set(name, { type, shape: [numbers.length], bytes: new Uint8Array(buffer) });
  };
  set(
    names[0],
    integersIn(starts!).map((start, i) => (isOfMap(i) ? 0 : start)),
  );
  set(
    names[1],
    integersIn(ends!).map((end, i) => (isOfMap(i) ? 2 ** 31 - 1 : end)),
  );
  return { ...node, inputs: [node.inputs[0]!, ...names, ...node.inputs.slice(3)] };
}

/** Zeros around a convolution and a mean, minus infinity around a maximum, and what the model says around a map that is padded. */
function fillOf(graph: Graph, { node }: StageNode): number {
  if (node.operator === 'MaxPool') return Number.NEGATIVE_INFINITY;
  const constant = node.operator === 'Pad' ? graph.constants.get(node.inputs[2] ?? '') : undefined;
  if (constant === undefined) return 0;
  return new DataView(constant.bytes.buffer, constant.bytes.byteOffset).getFloat32(0, true);
}
