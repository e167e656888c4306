import type { MapShape } from '../../geometry/region.js';
import type { Attribute, Graph } from '../../graph/graph.js';
import { poolingPads } from './darknet-rules.js';
import {
  addActivated,
  addActivation,
  addNode,
  addNumber,
  type GraphParts,
  mapName,
  mapOf,
  type Place,
} from './graph-draft.js';
import { decodedMaps } from './head.js';
import {
  type BatchnormLayer,
  type ConnectedLayer,
  type ConvolutionalLayer,
  earlierLayers,
  type Layer,
  type LocalAvgPoolLayer,
  type MaxPoolLayer,
  type WeightedLayer,
} from './layers.js';
import { addLocal } from './local-nodes.js';
import { addCrop, addReorg, addRoute, addUpsample } from './rearranging-nodes.js';
import { addShortcut } from './shortcut-nodes.js';
import { biasName, kernelName } from './weight-constants.js';
import { biasNumbers } from './weights/darknet-weights.js';

const NO_BYTES = new Uint8Array(0);

/** Layers that follow one another in a network. */
export interface LayerRun {
  /** For messages. */
  readonly name: string;
  /** Index of the first one in its network. */
  readonly firstLayer: number;
  /** Of the first one. */
  readonly input: MapShape;
  readonly layers: readonly Layer[];
}

/**
 * Translates layers to a graph without weights: constants that are weights have a shape and no bytes. Value `map l` is the
 * input of layer l, so the graph goes from `map firstLayer` to the map after its last layer; constants `weights l` and `bias l`
 * belong to layer l. A layer that reads layer firstLayer - 1 reads the graph's own input. Heads put out nothing.
 */
export function layersGraph({ firstLayer, input, layers, name }: LayerRun): Graph {
  const first = mapName(firstLayer);
  const parts: GraphParts = { nodes: [], values: new Map([[first, mapOf(input)]]), constants: new Map() };
  for (const [offset, layer] of layers.entries()) addLayer({ index: firstLayer + offset, layer, parts });
  return { name, inputs: [first], outputs: [mapName(firstLayer + layers.length)], ...parts };
}

/** The graph of a whole network, without weights: from the picture, which has 3 channels, to what its heads decode. */
export function networkGraph(name: string, input: MapShape, layers: readonly Layer[]): Graph {
  const decoded = decodedMaps(layers);
  const needed = layers.slice(0, decoded.at(-1));
  const first = layers[0]?.input ?? input;
  const graph = layersGraph({ name, firstLayer: 0, input: first, layers: needed });
  const whole = first.channels === 1 && input.channels === 3 ? withGreyPicture(graph, input) : graph;
  return { ...whole, outputs: decoded.map(mapName) };
}

const PICTURE = 'picture';
const GREY = 'shares of red, green and blue';
/** Of red, green and blue, as libraries for pictures have them (ITU-R BT.601). */
const GREY_SHARES = Float32Array.of(0.299, 0.587, 0.114);

/** Puts a node before a graph that makes its grey input of a picture in colour. */
function withGreyPicture(graph: Graph, input: MapShape): Graph {
  const [map] = graph.inputs as [string];
  const weights = { type: 'float32', shape: [1, 3, 1, 1], bytes: new Uint8Array(GREY_SHARES.buffer) } as const;
  const node = { name: 'grey', operator: 'Conv', attributes: {}, inputs: [PICTURE, GREY], outputs: [map] };
  return {
    ...graph,
    inputs: [PICTURE],
    nodes: [node, ...graph.nodes],
    values: new Map([[PICTURE, mapOf(input)], ...graph.values]),
    constants: new Map([[GREY, weights], ...graph.constants]),
  };
}

function addLayer(place: Place): void {
  const { index, layer } = place;
  const [input, output] = [mapName(index), mapName(index + 1)];
  const sources = earlierLayers(layer).map((source) => mapName(source + 1));
  switch (layer.kind) {
    case 'convolutional':
      addConvolution(place, layer);
      break;
    case 'batchnorm':
      addBatchnorm(place, layer);
      break;
    case 'local':
      addLocal(place, layer);
      break;
    case 'connected':
      addConnected(place, layer);
      break;
    case 'avgpool':
      addNode(place, 'avgpool', { operator: 'GlobalAveragePool' }, [input], output);
      break;
    case 'dropout':
    case 'cost':
    case 'contrastive':
      addNode(place, layer.kind, { operator: 'Identity' }, [input], output);
      break;
    case 'maxpool':
      addNode(place, 'maxpool', { operator: 'MaxPool', attributes: poolWindow(layer) }, [input], output);
      break;
    case 'local_avgpool': {
      const attributes = { ...poolWindow(layer), count_include_pad: { integer: 0 } };
      addNode(place, 'local_avgpool', { operator: 'AveragePool', attributes }, [input], output);
      break;
    }
    case 'route':
      addRoute(place, layer, sources);
      break;
    case 'shortcut':
      addShortcut(place, layer, sources);
      break;
    case 'sam':
    case 'scale_channels':
      addActivated(place, layer.activation, layer.kind, { operator: 'Mul' }, [...sources, input]);
      break;
    case 'upsample':
      addUpsample(place, layer);
      break;
    case 'crop':
      addCrop(place, layer);
      break;
    case 'activation':
      addActivation(place, layer.activation, input);
      break;
    case 'reorg':
      addReorg(place, layer);
      break;
    case 'reorg3d': {
      const attributes = { blocksize: { integer: layer.stride } };
      addNode(place, 'reorg3d', { operator: 'SpaceToDepth', attributes }, [input], output);
      break;
    }
    case 'softmax':
    case 'detection':
    case 'region':
    case 'yolo':
  }
}

function addConvolution(place: Place, layer: ConvolutionalLayer): void {
  const { dilation = 1, filters, groups, input, isXnor, padding, sharedFrom, size } = layer;
  const pad = padding * dilation;
  const map = isXnor ? addSigns(place) : mapName(place.index);
  const from = { map, weightsOf: sharedFrom ?? place.index };
  addWeighted(place, layer, 'conv', from, [filters, input.channels / groups, size, size], {
    ...window(layer),
    pads: { integers: [pad, pad, pad, pad] },
    group: { integer: groups },
    ...(dilation === 1 ? {} : { dilations: { integers: [dilation, dilation] } }),
  });
}

/** Adds a convolution whose one window is the whole map. */
function addConnected(place: Place, layer: ConnectedLayer): void {
  const { channels, height, width } = layer.input;
  const from = { map: mapName(place.index), weightsOf: place.index };
  const attributes = { kernel_shape: { integers: [height, width] } };
  addWeighted(place, layer, 'connected', from, [layer.outputs, channels, height, width], attributes);
}

/** Adds a convolution of each channel by itself, with windows of one cell. */
function addBatchnorm(place: Place, layer: BatchnormLayer): void {
  const { channels } = layer.input;
  const from = { map: mapName(place.index), weightsOf: place.index };
  addWeighted(place, layer, 'batchnorm', from, [channels, 1, 1, 1], { group: { integer: channels } });
}

/** A number that every 32-bit float above zero makes larger than 2, but for the smallest of all (subnormal ones). */
const LARGE = 3e38;

/** Adds what an XNOR convolution reads: 1 where its input is above zero, else -1. */
function addSigns(place: Place): string {
  const { index, layer } = place;
  const map = mapName(index);
  const [scaled, lowered, signs] = [`${map} scaled`, `${map} lowered`, `${map} signs`] as const;
  const shape = mapOf(layer.input);
  const [one, minusOne] = [addNumber(place, 1), addNumber(place, -1)];
  addNode(place, 'signs scaled', { operator: 'Mul' }, [map, addNumber(place, LARGE)], scaled, shape);
  addNode(place, 'signs lowered', { operator: 'Sub' }, [scaled, one], lowered, shape);
  addNode(place, 'signs', { operator: 'Clip' }, [lowered, minusOne, one], signs, shape);
  return signs;
}

/** @param from the value that is read, and the layer that has the weights. @param dims of the kernel, `[outputs, channels, height, width]`. */
function addWeighted(
  place: Place,
  layer: WeightedLayer,
  what: string,
  from: { readonly map: string; readonly weightsOf: number },
  dims: readonly number[],
  attributes: Readonly<Record<string, Attribute>>,
): void {
  const [weights, bias] = [kernelName(from.weightsOf), biasName(from.weightsOf)];
  place.parts.constants
    .set(weights, { type: 'float32', shape: dims, bytes: NO_BYTES })
    .set(bias, { type: 'float32', shape: [biasNumbers(layer)], bytes: NO_BYTES });
  const inputs = [from.map, weights, bias];
  const activation = layer.kind === 'batchnorm' ? 'linear' : layer.activation;
  addActivated(place, activation, what, { operator: 'Conv', attributes }, inputs);
}

function poolWindow(layer: MaxPoolLayer | LocalAvgPoolLayer) {
  const { bottom, left, right, top } = poolingPads(layer);
  return { ...window(layer), pads: { integers: [top, left, bottom, right] } };
}

function window({ size, stride }: { readonly size: number; readonly stride: number }) {
  return { kernel_shape: { integers: [size, size] }, strides: { integers: [stride, stride] } };
}
