import type { Attribute, Graph, GraphConstant, GraphNode } from '../graph/graph.js';
import { integersIn } from '../graph/integers.js';
import { nodesOf } from '../graph/rearrangements.js';
import type { Segment, SegmentedStage, SegmentNode } from './segments.js';

/**
 * Makes the graph of a segment, which runs on blocks of any height and width. Its blocks come padded, and nothing in it pads or
 * looks at where a block lies.
 */
export function segmentGraph({ graph, mapNames }: SegmentedStage, segment: Segment): Graph {
  const values = new Map(graph.values);
  const constants = new Map<string, GraphConstant>();
  for (const { name, map } of segment.inputs) values.set(name, graph.values.get(mapNames[map]!)!);
  const nodes = segment.nodes.flatMap((one) =>
    nodesOf(one.node).map((part): GraphNode => {
      const node = blockNode(graph, part, constants);
      return {
        ...node,
        inputs: node.inputs.map((name) => {
          const constant = graph.constants.get(name);
          if (constant !== undefined) constants.set(name, constant);
          return inputName(segment, one, name) ?? name;
        }),
      };
    }),
  );
  const inputs = segment.inputs.map(({ name }) => name);
  const outputs = segment.writes.map((map) => mapNames[map]!);
  return { name: `${graph.name}, segment ${segment.index}`, inputs, outputs, nodes, values, constants };
}

function inputName({ inputs }: Segment, { inputs: places, reads }: SegmentNode, value: string): string | undefined {
  return inputs[places[reads.indexOf(value)] ?? -1]?.name;
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
