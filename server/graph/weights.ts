import { elementCount, type Graph, type GraphNode } from './graph.js';
import { macsOf } from './macs.js';
import { isSameCell, reachOf } from './reach.js';

/** Bytes of the constants that nodes read, F32, as they are in memory; each counts once. */
export function weightBytes({ constants }: Graph, nodes: readonly GraphNode[]): number {
  const names = new Set(nodes.flatMap(({ inputs }) => inputs));
  let bytes = 0;
  for (const name of names) {
    const constant = constants.get(name);
    if (constant !== undefined) bytes += 4 * elementCount(constant.shape);
  }
  return bytes;
}

/** How many nodes of a graph are layers: they multiply, or look at several cells of a map. */
export function layersOf(graph: Graph): number {
  return graph.nodes.filter((node) => {
    if (macsOf(graph, node) > 0) return true;
    const reach = reachOf(graph, node);
    return reach.kind === 'local' && !isSameCell(reach);
  }).length;
}
