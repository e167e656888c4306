import type { GraphCut } from '../graph/cuts.js';
import type { Graph, GraphNode } from '../graph/graph.js';
import { partOf } from '../graph/part.js';
import { type AxisReach, type LocalReach, reachOf } from '../graph/reach.js';
import { nodesOf } from '../graph/rearrangements.js';

/** A node of a stage, and what it needs of the feature maps that it reads. */
export interface StageNode {
  readonly node: GraphNode;
  readonly reach: LocalReach;
  /** Feature maps among its inputs, each once. */
  readonly reads: readonly string[];
}

/** The part of a graph that is computed in tiles: from its input to the values of a cut. */
export interface Stage {
  readonly graph: Graph;
  /** In topological order. */
  readonly nodes: readonly StageNode[];
  /** The values that are handed over at its end. */
  readonly values: readonly string[];
}

/** Takes the nodes that the values of a cut depend on. */
export function stageOf(graph: Graph, local: readonly GraphNode[], { nodes: count, values }: GraphCut): Stage {
  const wanted = new Set(values);
  const nodes: StageNode[] = [];
  for (const node of local.slice(0, count).toReversed()) {
    if (!node.outputs.some((name) => wanted.has(name))) continue;
    const reads = [...new Set(node.inputs.filter((name) => graph.values.has(name)))];
    for (const name of reads) wanted.add(name);
    nodes.push({ node, reach: reachOf(graph, node) as LocalReach, reads });
  }
  return { graph, nodes: nodes.reverse(), values };
}

/** Returns true where neighbouring outputs share cells of the input, or some of these lie beyond the map. */
export function overlaps({ rows, columns }: LocalReach): boolean {
  return [rows, columns].some(
    (axis) =>
      axis.kind === 'whole' ||
      (axis.kind === 'window' && (axis.kernel > axis.stride || axis.before !== 0 || axis.after !== 0)),
  );
}

/** Returns true for an operator that computes more of a block than was asked for. */
export function isSpread({ rows, columns }: LocalReach): boolean {
  return rows.kind !== 'window' || columns.kind !== 'window';
}

/** Two ranges of one value are the same where these texts are. */
export function reachText({ rows, columns }: LocalReach): string {
  const text = (axis: AxisReach) => JSON.stringify(axis);
  return `${text(rows)}${text(columns)}`;
}

/** The part of a graph behind a stage: from the values of its cut to the outputs that are not among them. */
export function restOf({ graph, nodes, values }: Stage): Graph {
  const before = new Set(nodes.map(({ node }) => node));
  const behind = graph.nodes.filter((node) => !before.has(node)).flatMap(nodesOf);
  const outputs = graph.outputs.filter((name) => !values.includes(name));
  return partOf(graph, behind, values, outputs);
}

/** Zeros around a convolution and a mean, minus infinity around a maximum, and what the model says around a map that is padded. */
export function fillOf(graph: Graph, { node }: StageNode): number {
  if (node.operator === 'MaxPool') return Number.NEGATIVE_INFINITY;
  const constant = node.operator === 'Pad' ? graph.constants.get(node.inputs[2] ?? '') : undefined;
  // A structure that was read from JSON has no infinities; it is planned and not run.
  if (constant === undefined || constant.bytes.length === 0) return 0;
  return new DataView(constant.bytes.buffer, constant.bytes.byteOffset).getFloat32(0, true);
}
