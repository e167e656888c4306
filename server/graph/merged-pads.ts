import { type Graph, type GraphNode, integerOf, integersOf, textOf } from './graph.js';
import { floatsIn, integersIn } from './integers.js';

/**
 * Gives the padding of Pad nodes to the convolution or pooling that reads it, where that pads with the same: zeros, or minus infinity
 * around a maximum. One map less is put together by hand, and no infinities are in any.
 */
export function withMergedPads(graph: Graph): Graph {
  const readers = new Map<string, GraphNode[]>();
  for (const node of graph.nodes) {
    for (const name of node.inputs) readers.set(name, [...(readers.get(name) ?? []), node]);
  }
  const merged = new Map<GraphNode, GraphNode | null>();
  for (const pad of graph.nodes) {
    const [output] = pad.outputs;
    const [reader, ...others] = readers.get(output!) ?? [];
    if (pad.operator !== 'Pad' || reader === undefined || others.length > 0 || graph.outputs.includes(output!))
      continue;
    const wider = widened(graph, pad, merged.get(reader) ?? reader);
    if (wider === null) continue;
    merged.set(pad, null);
    merged.set(reader, wider);
  }
  if (merged.size === 0) return graph;
  const nodes = graph.nodes.flatMap((node) => (merged.has(node) ? (merged.get(node) ?? []) : [node]));
  const values = new Map(graph.values);
  for (const [node, into] of merged) if (into === null) values.delete(node.outputs[0]!);
  return { ...graph, nodes, values };
}

/** @returns the reader with the pad's cells among its own; null where it does not pad alike. */
function widened(graph: Graph, pad: GraphNode, reader: GraphNode): GraphNode | null {
  const pads = graph.constants.get(pad.inputs[1] ?? '');
  if (pads === undefined || textOf(pad, 'mode', 'constant') !== 'constant' || pad.inputs.length > 3) return null;
  const numbers = integersIn(pads);
  if (numbers.length !== 8 || [0, 1, 4, 5].some((i) => numbers[i] !== 0) || numbers.some((cells) => cells < 0))
    return null;
  if (reader.inputs[0] !== pad.outputs[0] || !fillsAlike(reader, fillOf(graph, pad))) return null;
  const more = [2, 3, 6, 7].map((i) => numbers[i]!);
  const sides = integersOf(reader, 'pads', [0, 0, 0, 0]).map((cells, i) => cells + more[i]!);
  const weights = graph.constants.get(reader.inputs[1] ?? '')?.shape.slice(2) ?? [1, 1];
  const kernel = integersOf(reader, 'kernel_shape', weights);
  if (sides.some((cells, i) => cells >= kernel[i % 2]!)) return null;
  const inputs = [pad.inputs[0]!, ...reader.inputs.slice(1)];
  return { ...reader, inputs, attributes: { ...reader.attributes, pads: { integers: sides } } };
}

function fillOf(graph: Graph, { inputs }: GraphNode): number | null {
  if (inputs[2] === undefined || inputs[2] === '') return 0;
  const constant = graph.constants.get(inputs[2]);
  return constant?.type === 'float32' ? (floatsIn(constant)[0] ?? null) : null;
}

/** The least number of 32 bits, which exporters write for minus infinity. */
const LEAST = -3.4e38;

function fillsAlike(reader: GraphNode, fill: number | null): boolean {
  if (fill === null || integerOf(reader, 'ceil_mode', 0) !== 0) return false;
  if (reader.operator === 'MaxPool') return fill <= LEAST;
  if (reader.operator === 'AveragePool') return fill === 0 && integerOf(reader, 'count_include_pad', 0) === 1;
  return reader.operator === 'Conv' && fill === 0;
}
