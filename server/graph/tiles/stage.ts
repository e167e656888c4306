import type { GraphCut } from '../cuts.js';
import type { Graph, GraphNode } from '../graph.js';
import { type AxisReach, type Reach, reachOf } from '../reach.js';

type LocalReach = Extract<Reach, { readonly kind: 'local' }>;

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

/** Returns true for a reader that needs exactly the cells that it puts out. */
export function isSameCell({ rows, columns }: LocalReach): boolean {
  return [rows, columns].every(
    (axis) => axis.kind === 'window' && axis.kernel === 1 && axis.stride === 1 && axis.before === 0,
  );
}

/** Returns true where neighbouring outputs share cells of the input, or some of these lie beyond the map. */
export function overlaps({ rows, columns }: LocalReach): boolean {
  return [rows, columns].some(
    (axis) => axis.kind === 'window' && (axis.kernel > axis.stride || axis.before !== 0 || axis.after !== 0),
  );
}

/** Returns true for an operator that computes more of a block than was asked for. */
export function isSpread({ rows, columns }: LocalReach): boolean {
  return rows.kind === 'spread' || columns.kind === 'spread';
}

/** Two ranges of one value are the same where these texts are. */
export function reachText({ rows, columns }: LocalReach): string {
  const text = (axis: AxisReach) => JSON.stringify(axis);
  return `${text(rows)}${text(columns)}`;
}
