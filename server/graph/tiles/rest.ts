import type { Graph, GraphNode } from '../graph.js';
import type { Stage } from './stage.js';

/** The part of a graph behind a stage: from the values of its cut to the outputs that are not among them. */
export function restOf({ graph, nodes, values }: Stage): Graph {
  const before = new Set(nodes.map(({ node }) => node));
  const outputs = graph.outputs.filter((name) => !values.includes(name));
  return partOf(
    graph,
    graph.nodes.filter((node) => !before.has(node)),
    values,
    outputs,
  );
}

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
