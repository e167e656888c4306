import { elementCount, type Graph, type GraphNode } from './graph.js';
import { macsOf, totalMacs } from './macs.js';
import { isMap, isSameCell, reachOf } from './reach.js';

/** A place between two nodes where devices can hand over: the first stage of a plan may end there. */
export interface GraphCut {
  /** Nodes of `local` before it. */
  readonly nodes: number;
  /** Layers before it: nodes that multiply, or look at several cells. */
  readonly layers: number;
  /** The node right before it. */
  readonly after: GraphNode;
  /** Values that are read behind it, or are outputs of the graph. Feature maps, all of them, and not the picture. */
  readonly values: readonly string[];
  /** Of these values, F32. */
  readonly bytes: number;
  /** Multiply-accumulates before it, on whole maps. */
  readonly macs: number;
}

/** A node that needs the whole of a feature map. */
export interface GraphBarrier {
  readonly node: GraphNode;
  readonly why: string;
}

/** The part of a graph that can be computed in tiles. */
export interface Tileable {
  /** Nodes with nothing but local ones before them, in topological order. */
  readonly local: readonly GraphNode[];
  /** Nodes that end a stage and have only local ones before them. */
  readonly barriers: readonly GraphBarrier[];
  /** From the first to the last. */
  readonly cuts: readonly GraphCut[];
  /** Of the whole graph. */
  readonly macs: number;
}

/** Finds out how far a graph can be computed in tiles, and where a stage can end. */
export function tileable(graph: Graph): Tileable {
  const isBehind = new Set<string>();
  const local: GraphNode[] = [];
  const layers = new Set<GraphNode>();
  const barriers: GraphBarrier[] = [];
  for (const node of graph.nodes) {
    const isFree = node.inputs.every((name) => !isBehind.has(name));
    const reach = isFree ? reachOf(graph, node) : null;
    if (reach?.kind === 'local') {
      local.push(node);
      if (!isSameCell(reach) || macsOf(graph, node) > 0) layers.add(node);
      continue;
    }
    if (reach !== null) barriers.push({ node, why: reach.why });
    for (const name of node.outputs) isBehind.add(name);
  }
  return { local, barriers, cuts: cutsOf(graph, local, layers), macs: totalMacs(graph) };
}

/** A cut with more values is of no use, and a file can have it at each of its nodes. */
const MOST_VALUES = 64;

/** @param isLayer nodes that multiply, or look at several cells. */
function cutsOf(graph: Graph, local: readonly GraphNode[], isLayer: ReadonlySet<GraphNode>): readonly GraphCut[] {
  const lastReader = new Map<string, number>();
  const place = new Map(local.map((node, i) => [node, i]));
  for (const node of graph.nodes) {
    for (const name of node.inputs) {
      lastReader.set(name, Math.max(lastReader.get(name) ?? -1, place.get(node) ?? local.length));
    }
  }
  for (const name of graph.outputs) lastReader.set(name, local.length);
  const live = new Set(graph.inputs.filter((name) => local.some(({ inputs }) => inputs.includes(name))));
  let macs = 0;
  let layers = 0;
  return local.flatMap((after, i) => {
    for (const name of after.outputs) if (name !== '') live.add(name);
    for (const name of live) if ((lastReader.get(name) ?? -1) <= i) live.delete(name);
    macs += macsOf(graph, after);
    if (isLayer.has(after)) layers++;
    if (live.size > MOST_VALUES || live.has(graph.inputs[0]!)) return [];
    const values = [...live];
    const shapes = values.map((name) => graph.values.get(name)!);
    if (!shapes.every(isMap)) return [];
    const bytes = shapes.reduce((sum, { shape }) => sum + 4 * elementCount(shape), 0);
    return [{ nodes: i + 1, layers, after, values, bytes, macs }];
  });
}
