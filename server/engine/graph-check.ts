import { DeepThingsError } from '../errors.js';
import type { Layer, WeightedLayer } from '../formats/darknet/layers.js';
import { biasNumbers, isWeighted, kernelNumbers } from '../formats/darknet/weights/darknet-weights.js';
import { type MapShape, shapeText } from '../geometry/region.js';
import type { EngineGraph, FeatureBlock } from './inference-engine.js';

/** Each of their outputs hangs on every cell of the map. */
const WHOLE_MAP: readonly Layer['kind'][] = ['avgpool', 'connected', 'reorg'];

/**
 * What no engine can run, found before its library sees it. A graph that passes has each layer's weights in its size, and routes to maps inside the graph only (`firstLayer - 1`, its own input, is one of them).
 *
 * @throws DT_ENGINE_LAYER for a layer that cannot be part of such a graph, DT_ENGINE_WEIGHTS when a layer has no
 * weights or of another size.
 */
export function checkGraph(graph: EngineGraph): void {
  if (graph.layers.length === 0) {
    throw new DeepThingsError('DT_ENGINE_LAYER', `${graph.name}: there is no layer to run`);
  }
  for (const [offset, layer] of graph.layers.entries()) {
    const index = graph.firstLayer + offset;
    if (isWeighted(layer)) checkWeights(graph, layer, index);
    if (layer.kind === 'route') {
      const outside = layer.layers.find((source) => source < graph.firstLayer - 1 || source >= index);
      if (outside !== undefined) {
        throw unsupported(graph, index, `a route to layer ${outside}, whose output is not in this graph`);
      }
    }
    if (WHOLE_MAP.includes(layer.kind) && graph.padding === 'caller') {
      throw unsupported(graph, index, `[${layer.kind}], which takes all of its map, on a part of it`);
    }
    if (layer.kind === 'region' || layer.kind === 'softmax') {
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

/** What a graph's blocks must be. It does without the graph, which holds the weights. */
export interface BlockRule {
  readonly name: string;
  readonly input: MapShape;
  /** Whether height and width may differ from call to call. */
  readonly anySize: boolean;
}

export function blockRule({ name, layers, padding }: EngineGraph): BlockRule {
  return { name, input: layers[0]!.input, anySize: padding === 'caller' };
}

/** @throws DT_ENGINE_BLOCK when the block is not what the rule says. */
export function checkBlock({ name, input, anySize }: BlockRule, { data, shape }: FeatureBlock): void {
  const { channels, height, width } = shape;
  const expected = anySize ? { ...shape, channels: input.channels } : input;
  if (channels !== expected.channels || height !== expected.height || width !== expected.width) {
    throw new DeepThingsError(
      'DT_ENGINE_BLOCK',
      `${name}: expected a block of ${shapeText(expected)}, got ${shapeText(shape)}`,
    );
  }
  if (data.length !== channels * height * width) {
    throw new DeepThingsError(
      'DT_ENGINE_BLOCK',
      `${name}: a block of ${shapeText(shape)} has ${channels * height * width} numbers, got ${data.length}`,
    );
  }
}
