import type { FeatureBlock, InferenceEngine } from '../../server/engine/inference-engine.js';
import type { ConvolutionWeights, Layer } from '../../server/formats/darknet/layers.js';
import { layersGraph } from '../../server/formats/darknet/layers-graph.js';
import { weightConstants } from '../../server/formats/darknet/weight-constants.js';
import type { Graph, GraphNode } from '../../server/graph/graph.js';

/** Layers that an engine runs in one call. */
export interface EngineGraph {
  /** For messages and logs, e.g. `layers 0-1`. */
  readonly name: string;
  /** Index of the first layer in the network: `route` layers name layers by their index in the network. */
  readonly firstLayer: number;
  readonly layers: readonly Layer[];
  /** By index in the network. */
  readonly weights: ReadonlyMap<number, ConvolutionWeights>;
  /**
   * `caller`: the block comes padded and no layer adds padding of its own; height and width may differ from call to
   * call. `layers`: each layer pads as it declares; the block is the whole input map of the first layer.
   */
  readonly padding: 'caller' | 'layers';
}

/** Darknet layers that are ready to run. */
export interface LoadedGraph {
  /**
   * Runs the layers on one block.
   *
   * @param block `[channels, height, width]` of the first layer's input (padded where `padding` is `caller`).
   * @returns the last layer's output.
   */
  run(block: FeatureBlock): Promise<FeatureBlock>;
  release(): Promise<void>;
}

export async function loadLayers(engine: InferenceEngine, layers: EngineGraph): Promise<LoadedGraph> {
  const graph = graphOf(layers);
  const [[input], [output]] = [graph.inputs, graph.outputs] as [[string], [string]];
  const network = await engine.loadGraph(graph, { anySize: layers.padding === 'caller' });
  return {
    async run({ data, shape }) {
      const block = { data, shape: [1, shape.channels, shape.height, shape.width] };
      const found = (await network.run(new Map([[input, block]]))).get(output)!;
      const [, channels, height, width] = found.shape as [number, number, number, number];
      return { data: found.data as Float32Array, shape: { channels, height, width } };
    },
    release: () => network.release(),
  };
}

function graphOf({ padding, weights, ...run }: EngineGraph): Graph {
  const graph = layersGraph({ ...run, input: run.layers[0]!.input });
  const constants = new Map([...graph.constants, ...weightConstants(graph, weights)]);
  return { ...graph, nodes: padding === 'layers' ? graph.nodes : graph.nodes.map(withoutPads), constants };
}

function withoutPads(node: GraphNode): GraphNode {
  if (node.attributes.pads === undefined) return node;
  return { ...node, attributes: { ...node.attributes, pads: { integers: [0, 0, 0, 0] } } };
}
