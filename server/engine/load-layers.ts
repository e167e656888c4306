import { DeepThingsError } from '../errors.js';
import {
  type ConvolutionWeights,
  earlierLayers,
  isHead,
  type Layer,
  type WeightedLayer,
} from '../formats/darknet/layers.js';
import { layersGraph } from '../formats/darknet/layers-graph.js';
import { weightConstants } from '../formats/darknet/weight-constants.js';
import { biasNumbers, isWeighted, kernelNumbers } from '../formats/darknet/weights/darknet-weights.js';
import type { Graph, GraphNode } from '../graph/graph.js';
import type { FeatureBlock, InferenceEngine } from './inference-engine.js';

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

/** @throws DT_ENGINE_LAYER or DT_ENGINE_WEIGHTS for layers that no engine can run, DT_ENGINE_LOAD. */
export async function loadLayers(engine: InferenceEngine, layers: EngineGraph): Promise<LoadedGraph> {
  checkLayers(layers);
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

/** Each of their outputs hangs on every cell of the map. */
const WHOLE_MAP: readonly Layer['kind'][] = ['avgpool', 'connected', 'reorg'];

/**
 * Finds what no engine can run. In a graph that passes each layer has weights of its size, and routes go to maps inside the graph only
 * (`firstLayer - 1`, its own input, is one of them).
 *
 * @throws DT_ENGINE_LAYER for a layer that cannot be part of such a graph, DT_ENGINE_WEIGHTS when a layer has no
 * weights or of another size.
 */
function checkLayers(graph: EngineGraph): void {
  if (graph.layers.length === 0) {
    throw new DeepThingsError('DT_ENGINE_LAYER', `${graph.name}: there is no layer to run`);
  }
  for (const [offset, layer] of graph.layers.entries()) {
    const index = graph.firstLayer + offset;
    if (isWeighted(layer)) checkWeights(graph, layer, index);
    const outside = earlierLayers(layer).find((source) => source < graph.firstLayer - 1 || source >= index);
    if (outside !== undefined) {
      throw unsupported(graph, index, `a ${layer.kind} to layer ${outside}, whose output is not in this graph`);
    }
    if (WHOLE_MAP.includes(layer.kind) && graph.padding === 'caller') {
      throw unsupported(graph, index, `[${layer.kind}], which takes all of its map, on a part of it`);
    }
    if (isHead(layer)) {
      throw unsupported(graph, index, 'the head: end the graph before it and decode its input');
    }
  }
}

function checkWeights(graph: EngineGraph, layer: WeightedLayer, index: number): void {
  const found = graph.weights.get(index);
  const expected = kernelNumbers(layer);
  const biases = biasNumbers(layer);
  if (found?.weights.length === expected && found.bias.length === biases) return;
  const came = found === undefined ? 'none' : `${found.weights.length} and ${found.bias.length}`;
  throw new DeepThingsError(
    'DT_ENGINE_WEIGHTS',
    `${graph.name}: layer ${index} needs ${expected} weights and ${biases} biases, and has ${came}`,
  );
}

function unsupported(graph: EngineGraph, index: number, what: string): DeepThingsError {
  return new DeepThingsError('DT_ENGINE_LAYER', `${graph.name}: layer ${index} is ${what}`);
}
