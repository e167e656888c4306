import { DeepThingsError } from '../../errors.js';
import type { MapShape } from '../../geometry/region.js';
import type { Attribute, Graph, GraphConstant, GraphNode, TensorShape } from '../../graph/graph.js';
import { headIndex } from '../../model/heads/head.js';
import { LEAKY_SLOPE, poolingPads, REORG_ORDER, reorgBlocks } from './darknet-rules.js';
import type { Activation, Layer, NetworkWeights, ReorgLayer, WeightedLayer } from './layers.js';
import { biasNumbers } from './weights/darknet-weights.js';

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

interface Operation {
  readonly operator: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** Darknet's activations by operator; linear needs none, and mish is several (see `addActivation`). */
const ACTIVATIONS: Readonly<Record<Exclude<Activation, 'linear' | 'mish'>, Operation>> = {
  leaky: { operator: 'LeakyRelu', attributes: { alpha: { float: LEAKY_SLOPE } } },
  relu: { operator: 'Relu' },
  logistic: { operator: 'Sigmoid' },
};

const NO_BYTES = new Uint8Array(0);

interface GraphParts {
  readonly nodes: GraphNode[];
  readonly values: Map<string, TensorShape>;
  readonly constants: Map<string, GraphConstant>;
}

/** A layer and its place. */
interface Place {
  readonly index: number;
  readonly layer: Layer;
  readonly parts: GraphParts;
}

/**
 * Translates layers to a graph without weights: constants that are weights have a shape and no bytes. Value `map l` is the
 * input of layer l, so the graph goes from `map firstLayer` to the map after its last layer; constants `weights l` and `bias l`
 * belong to layer l. A route that names layer firstLayer - 1 means the graph's own input.
 *
 * @throws DT_CFG_LAYER for a head.
 */
export function layersGraph({ firstLayer, input, layers, name }: LayerRun): Graph {
  const first = mapName(firstLayer);
  const parts: GraphParts = { nodes: [], values: new Map([[first, mapOf(input)]]), constants: new Map() };
  for (const [offset, layer] of layers.entries()) addLayer({ index: firstLayer + offset, layer, parts });
  return { name, inputs: [first], outputs: [mapName(firstLayer + layers.length)], ...parts };
}

/**
 * The graph of a whole network, without weights: from the picture to what its head decodes.
 *
 * @throws DT_CFG_LAYER for a head in the middle.
 */
export function networkGraph(name: string, input: MapShape, layers: readonly Layer[]): Graph {
  const head = headIndex(layers);
  return layersGraph({ name, firstLayer: 0, input, layers: head < 0 ? layers : layers.slice(0, head) });
}

function mapName(layer: number): string {
  return `map ${layer}`;
}

/** The bytes of layers' weights, as constants of a graph that has these layers. */
export function weightConstants(graph: Graph, weights: NetworkWeights): ReadonlyMap<string, GraphConstant> {
  const constants = new Map<string, GraphConstant>();
  for (const [layer, { bias, weights: kernel }] of weights) {
    for (const [name, { buffer, byteLength, byteOffset }] of [
      [kernelName(layer), kernel],
      [biasName(layer), bias],
    ] as const) {
      const constant = graph.constants.get(name);
      const bytes = new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
      if (constant !== undefined) constants.set(name, { ...constant, bytes });
    }
  }
  return constants;
}

/** The layers that constants belong to, by the constants' names. */
export function layersOfConstants(names: ReadonlySet<string>): ReadonlySet<number> {
  const layers = new Set<number>();
  for (const name of names) {
    const match = /^(?:weights|bias) (\d+)$/.exec(name);
    if (match !== null) layers.add(Number(match[1]));
  }
  return layers;
}

function kernelName(layer: number): string {
  return `weights ${layer}`;
}

function biasName(layer: number): string {
  return `bias ${layer}`;
}

function mapOf({ channels, height, width }: MapShape): TensorShape {
  return { type: 'float32', shape: [1, channels, height, width] };
}

/**
 * @param what the node's name within its layer.
 * @param output a map of the layer's output, unless `shape` says otherwise.
 */
function addNode(
  { index, layer, parts }: Place,
  what: string,
  { attributes = {}, operator }: Operation,
  inputs: readonly string[],
  output: string,
  shape = mapOf(layer.output),
): void {
  parts.nodes.push({ name: `layer ${index} ${what}`, operator, attributes, inputs, outputs: [output] });
  parts.values.set(output, shape);
}

function addLayer(place: Place): void {
  const { index, layer } = place;
  const [input, output] = [mapName(index), mapName(index + 1)];
  switch (layer.kind) {
    case 'convolutional': {
      const { padding: pad } = layer;
      const dims = [layer.filters, layer.input.channels / layer.groups, layer.size, layer.size];
      addWeighted(place, layer, 'conv', dims, {
        ...window(layer),
        pads: { integers: [pad, pad, pad, pad] },
        group: { integer: layer.groups },
      });
      return;
    }
    case 'connected': {
      // A convolution whose one window is the whole map.
      const { channels, height, width } = layer.input;
      addWeighted(place, layer, 'connected', [layer.outputs, channels, height, width], {
        kernel_shape: { integers: [height, width] },
      });
      return;
    }
    case 'avgpool':
      addNode(place, 'avgpool', { operator: 'GlobalAveragePool' }, [input], output);
      return;
    case 'dropout':
    case 'cost':
      addNode(place, layer.kind, { operator: 'Identity' }, [input], output);
      return;
    case 'maxpool': {
      const { bottom, left, right, top } = poolingPads(layer);
      const attributes = { ...window(layer), pads: { integers: [top, left, bottom, right] } };
      addNode(place, 'maxpool', { operator: 'MaxPool', attributes }, [input], output);
      return;
    }
    case 'route': {
      const sources = layer.layers.map((source) => mapName(source + 1));
      const join = { operator: 'Concat', attributes: { axis: { integer: 1 } } };
      addNode(place, 'route', sources.length === 1 ? { operator: 'Identity' } : join, sources, output);
      return;
    }
    case 'reorg':
      addReorg(place, layer);
      return;
    case 'softmax':
    case 'region':
      throw new DeepThingsError(
        'DT_CFG_LAYER',
        `layer ${index} [${layer.kind}] is a head, and only layers for training may come behind it`,
      );
  }
}

/** @param dims of the kernel, `[outputs, channels, height, width]`. */
function addWeighted(
  place: Place,
  layer: WeightedLayer,
  what: string,
  dims: readonly number[],
  attributes: Readonly<Record<string, Attribute>>,
): void {
  const { index, parts } = place;
  const [weights, bias] = [kernelName(index), biasName(index)];
  parts.constants
    .set(weights, { type: 'float32', shape: dims, bytes: NO_BYTES })
    .set(bias, { type: 'float32', shape: [biasNumbers(layer)], bytes: NO_BYTES });
  const output = mapName(index + 1);
  const sum = layer.activation === 'linear' ? output : `${output} before activation`;
  addNode(place, what, { operator: 'Conv', attributes }, [mapName(index), weights, bias], sum);
  addActivation(place, layer.activation, sum, output);
}

/** Mish is an operator of its own only from operator set 18 on. */
function addActivation(place: Place, activation: Activation, sum: string, output: string): void {
  if (activation === 'linear') return;
  if (activation !== 'mish') {
    addNode(place, activation, ACTIVATIONS[activation], [sum], output);
    return;
  }
  const [softplus, gate] = [`${output} softplus`, `${output} gate`];
  addNode(place, 'mish softplus', { operator: 'Softplus' }, [sum], softplus);
  addNode(place, 'mish tanh', { operator: 'Tanh' }, [softplus], gate);
  addNode(place, 'mish', { operator: 'Mul' }, [sum, gate], output);
}

function addReorg(place: Place, layer: ReorgLayer): void {
  const { index, parts } = place;
  const { output } = layer;
  const before = reorgBlocks(layer);
  const after = [1, output.channels, output.height, output.width];
  const [shapeBefore, shapeAfter] = [`reorg ${index} blocks`, `reorg ${index} shape`];
  const [blocks, planes] = [`map ${index} in blocks`, `map ${index} by planes`];
  parts.constants.set(shapeBefore, integers(before)).set(shapeAfter, integers(after));
  const type = 'float32';
  const order = { operator: 'Transpose', attributes: { perm: { integers: REORG_ORDER } } };
  const ordered = REORG_ORDER.map((axis) => before[axis]!);
  addNode(place, 'reorg blocks', { operator: 'Reshape' }, [mapName(index), shapeBefore], blocks, {
    type,
    shape: before,
  });
  addNode(place, 'reorg order', order, [blocks], planes, { type, shape: ordered });
  addNode(place, 'reorg', { operator: 'Reshape' }, [planes, shapeAfter], mapName(index + 1));
}

function integers(numbers: readonly number[]): GraphConstant {
  const { buffer } = BigInt64Array.from(numbers, BigInt);
  return { type: 'int64', shape: [numbers.length], bytes: new Uint8Array(buffer) };
}

function window({ size, stride }: { readonly size: number; readonly stride: number }) {
  return { kernel_shape: { integers: [size, size] }, strides: { integers: [stride, stride] } };
}
