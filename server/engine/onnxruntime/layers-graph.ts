import { layersGraph, weightConstants } from '../../formats/darknet/layers-graph.js';
import type { Graph, GraphNode } from '../../graph/graph.js';
import type { EngineGraph } from '../inference-engine.js';

/**
 * Translates layers to a graph with their weights.
 *
 * @param graph one that `checkGraph` found right.
 */
export function buildGraph({ padding, weights, ...run }: EngineGraph): Graph {
  const graph = layersGraph({ ...run, input: run.layers[0]!.input });
  const constants = new Map([...graph.constants, ...weightConstants(graph, weights)]);
  return { ...graph, nodes: padding === 'layers' ? graph.nodes : graph.nodes.map(withoutPads), constants };
}

function withoutPads(node: GraphNode): GraphNode {
  if (node.attributes.pads === undefined) return node;
  return { ...node, attributes: { ...node.attributes, pads: { integers: [0, 0, 0, 0] } } };
}
