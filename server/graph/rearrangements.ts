import { type Graph, type GraphNode, REARRANGE } from './graph.js';
import { isMap } from './reach.js';

const MOVING = new Set(['Identity', 'Reshape', 'Squeeze', 'Transpose', 'Unsqueeze']);

/** Longer ways are not looked for. */
const MOST_NODES = 16;

/**
 * Joins each way from maps through values that are no maps, and only rearranges these, back to maps: Darknet's reorg is one. What
 * it reads it needs whole, but what follows can be computed in blocks again. Ways that lead to an output of the graph stay as they are.
 */
export function joinRearrangements(graph: Graph): Graph {
  const readers = new Map<string, GraphNode[]>();
  for (const node of graph.nodes) {
    for (const name of new Set(node.inputs)) readers.set(name, [...(readers.get(name) ?? []), node]);
  }
  /** By the last of the nodes that it stands for, whose place it takes. */
  const joined = new Map<GraphNode, GraphNode>();
  const gone = new Set<GraphNode>();
  for (const node of graph.nodes) {
    if (gone.has(node)) continue;
    const parts = wayFrom(graph, node, readers);
    if (parts === null) continue;
    for (const part of parts) gone.add(part);
    joined.set(parts.at(-1)!, standFor(graph, parts));
  }
  if (gone.size === 0) return graph;
  const nodes = graph.nodes.flatMap((node) => joined.get(node) ?? (gone.has(node) ? [] : [node]));
  return { ...graph, nodes };
}

/** @returns the nodes that a joined one stands for, or the node itself. */
export function nodesOf(node: GraphNode): readonly GraphNode[] {
  return node.parts ?? [node];
}

/** The nodes of a way that begins with this one, in topological order; null where it leads elsewhere than to maps. */
function wayFrom(
  graph: Graph,
  start: GraphNode,
  readers: ReadonlyMap<string, readonly GraphNode[]>,
): readonly GraphNode[] | null {
  const isOfMap = (name: string) => isMap(graph.values.get(name)!);
  const leadsOn = start.outputs.some((name) => !isOfMap(name));
  if (!MOVING.has(start.operator) || !leadsOn || !valuesRead(graph, start).every(isOfMap)) return null;
  const way = new Set([start]);
  for (const node of way) {
    for (const name of node.outputs) {
      if (isOfMap(name)) continue;
      if (graph.outputs.includes(name)) return null;
      for (const reader of readers.get(name) ?? []) way.add(reader);
    }
    if (way.size > MOST_NODES) return null;
  }
  const inside = new Set([...way].flatMap(({ outputs }) => outputs));
  const isWhole = [...way].every(
    (node) =>
      MOVING.has(node.operator) && (node === start || valuesRead(graph, node).every((name) => inside.has(name))),
  );
  return isWhole ? graph.nodes.filter((node) => way.has(node)) : null;
}

function valuesRead(graph: Graph, { inputs }: GraphNode): readonly string[] {
  return inputs.filter((name) => graph.values.has(name));
}

function standFor(graph: Graph, parts: readonly GraphNode[]): GraphNode {
  const inside = new Set(parts.flatMap(({ outputs }) => outputs));
  const inputs = [...new Set(parts.flatMap((part) => part.inputs))].filter((name) => name !== '' && !inside.has(name));
  const outputs = [...inside].filter((name) => isMap(graph.values.get(name)!));
  return { name: parts.at(-1)!.name, operator: REARRANGE, attributes: {}, inputs, outputs, parts };
}
