import type { Graph, GraphNode } from './graph.js';

/** Some nodes of a graph as one of their own. */
export function partOf(
  graph: Graph,
  nodes: readonly GraphNode[],
  inputs: readonly string[],
  outputs: readonly string[],
): Graph {
  const read = new Set(nodes.flatMap((node) => node.inputs));
  const constants = new Map([...graph.constants].filter(([name]) => read.has(name)));
  return { ...graph, nodes, inputs: inputs.filter((name) => read.has(name)), outputs, constants };
}
