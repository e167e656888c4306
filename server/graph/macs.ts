import { elementCount, type Graph, type GraphNode, integerOf } from './graph.js';

/** Multiply-accumulates of a graph. */
export function totalMacs(graph: Graph): number {
  return graph.nodes.reduce((sum, node) => sum + macsOf(graph, node), 0);
}

/** Multiply-accumulates of a node on its whole inputs; 0 for what has none. */
export function macsOf(graph: Graph, node: GraphNode): number {
  const shapeOf = (name: string | undefined) =>
    graph.values.get(name ?? '')?.shape ?? graph.constants.get(name ?? '')?.shape ?? [];
  const [input, weights] = [shapeOf(node.inputs[0]), shapeOf(node.inputs[1])];
  const output = elementCount(shapeOf(node.outputs[0]));
  switch (node.operator) {
    case 'Conv':
      // Weights are [outputs, inputs / groups, rows, columns].
      return output * elementCount(weights.slice(1));
    case 'ConvTranspose':
      // Weights are [inputs, outputs / groups, rows, columns].
      return elementCount(input) * elementCount(weights.slice(1));
    case 'Gemm':
      return output * ((integerOf(node, 'transA', 0) === 1 ? input[0] : input[1]) ?? 0);
    case 'MatMul':
      return output * (input.at(-1) ?? 0);
    default:
      return 0;
  }
}
