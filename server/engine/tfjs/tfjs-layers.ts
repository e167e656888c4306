import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { LEAKY_SLOPE, poolingPads, REORG_ORDER, reorgBlocks } from '../../formats/darknet/darknet-rules.js';
import type {
  Activation,
  ConnectedLayer,
  ConvolutionalLayer,
  ConvolutionWeights,
  Layer,
  MaxPoolLayer,
  ReorgLayer,
} from '../../formats/darknet/layers.js';
import type { EngineGraph } from '../inference-engine.js';
import type { Tfjs } from './tfjs-backend.js';

/** Darknet's activations by TensorFlow's names; mish is several operations (see `activateLate`). */
const ACTIVATIONS = {
  linear: 'linear',
  leaky: 'leakyrelu',
  relu: 'relu',
  logistic: 'sigmoid',
  mish: 'linear',
} as const satisfies Record<Activation, string>;

/** TensorFlow.js has maps as `[1, height, width, channels]`, and convolves in that order only. */
const TO_CHANNELS_LAST = [0, 2, 3, 1];
const TO_CHANNELS_FIRST = [0, 3, 1, 2];

type Padding = readonly [number, number];

/** One layer, its weights loaded. */
export interface TfjsLayer {
  /** Whose outputs it reads, by index of the map in the network: map l is the input of layer l. */
  readonly sources: readonly number[];
  /** @param maps in the order of `sources`, channels last. To be called inside `tidy`. */
  run(maps: readonly Tensor4D[]): Tensor4D;
  dispose(): void;
}

/** @param graph one that `checkGraph` found right. */
export function loadTfjsLayer(tfjs: Tfjs, graph: EngineGraph, layer: Layer, index: number): TfjsLayer {
  const pads = graph.padding === 'layers';
  const own = { sources: [index], dispose: () => {} };
  switch (layer.kind) {
    case 'convolutional': {
      const { convolve, dispose } = loadConvolution(tfjs, layer, graph.weights.get(index)!);
      const pad: Padding = [layer.padding, layer.padding];
      return {
        sources: [index],
        run: ([map]) => {
          const sum = convolve(windowed(layer, pads ? surround(tfjs, map!, pad, pad, 0) : map!));
          return activateLate(tfjs, layer.activation, sum);
        },
        dispose,
      };
    }
    case 'maxpool':
      return { ...own, run: ([map]) => pool(tfjs, layer, pads ? surroundForPooling(tfjs, layer, map!) : map!) };
    case 'route':
      return {
        ...own,
        sources: layer.layers.map((source) => source + 1),
        run: (maps) => (maps.length === 1 ? tfjs.clone(maps[0]!) : tfjs.concat([...maps], 3)),
      };
    case 'reorg':
      return { ...own, run: ([map]) => reorganize(tfjs, layer, map!) };
    case 'connected':
      return { ...own, ...loadConnected(tfjs, layer, graph.weights.get(index)!) };
    case 'avgpool':
      return { ...own, run: ([map]) => tfjs.mean<Tensor4D>(map!, [1, 2], true) };
    case 'dropout':
    case 'cost':
      return { ...own, run: ([map]) => tfjs.clone(map!) };
    case 'softmax':
    case 'region':
      throw new TypeError(`layer ${index} of ${graph.name} was not checked`);
  }
}

export function toChannelsLast(tfjs: Tfjs, map: Tensor4D): Tensor4D {
  return tfjs.transpose(map, TO_CHANNELS_LAST);
}

export function toChannelsFirst(tfjs: Tfjs, map: Tensor4D): Tensor4D {
  return tfjs.transpose(map, TO_CHANNELS_FIRST);
}

/** @throws RangeError for a map without room for one window, of which TensorFlow.js would make maps of negative size. */
function windowed({ size }: { readonly size: number }, map: Tensor4D): Tensor4D {
  const [, height, width] = map.shape;
  if (height < size || width < size) throw new RangeError(`${height}x${width} cells are less than a window of ${size}`);
  return map;
}

/** Padding by hand: the backends differ in what they take of it, and none pads with minus infinity. */
function surround(tfjs: Tfjs, map: Tensor4D, rows: Padding, columns: Padding, value: number): Tensor4D {
  if ([...rows, ...columns].every((cells) => cells === 0)) return map;
  return tfjs.pad(map, [[0, 0], [...rows], [...columns], [0, 0]], value);
}

function surroundForPooling(tfjs: Tfjs, layer: MaxPoolLayer, map: Tensor4D): Tensor4D {
  const { top, left, bottom, right } = poolingPads(layer);
  return surround(tfjs, map, [top, bottom], [left, right], Number.NEGATIVE_INFINITY);
}

function pool(tfjs: Tfjs, layer: MaxPoolLayer, map: Tensor4D): Tensor4D {
  return tfjs.maxPool(windowed(layer, map), layer.size, layer.stride, 'valid');
}

/** Darknet's reorg mixes numbers in the order of channels first. */
function reorganize(tfjs: Tfjs, layer: ReorgLayer, map: Tensor4D): Tensor4D {
  const { channels, height, width } = layer.output;
  const blocks = tfjs.reshape(toChannelsFirst(tfjs, map), [...reorgBlocks(layer)]);
  const planes = tfjs.transpose(blocks, [...REORG_ORDER]);
  return toChannelsLast(tfjs, tfjs.reshape(planes, [1, channels, height, width]));
}

/** Mish after the sum, which no backend has as one operation; the others are part of it. */
function activateLate(tfjs: Tfjs, activation: Activation, sum: Tensor4D): Tensor4D {
  if (activation !== 'mish') return sum;
  // ln(1 + e^x), so written that e^x does not overflow.
  const softplus = tfjs.add(tfjs.relu(sum), tfjs.log(tfjs.add(1, tfjs.exp(tfjs.neg(tfjs.abs(sum))))));
  return tfjs.mul(sum, tfjs.tanh(softplus));
}

/** A convolution whose one window is the whole map. */
function loadConnected(
  tfjs: Tfjs,
  { activation, input, outputs }: ConnectedLayer,
  { weights, bias }: ConvolutionWeights,
): Pick<TfjsLayer, 'run' | 'dispose'> {
  const { channels, height, width } = input;
  const filter = tfjs.tidy(() =>
    tfjs.transpose(tfjs.tensor4d(weights, [outputs, channels, height, width]), [2, 3, 1, 0]),
  );
  const biases = tfjs.tensor1d(bias);
  const options = {
    strides: 1,
    pad: 'valid',
    activation: ACTIVATIONS[activation],
    leakyreluAlpha: LEAKY_SLOPE,
  } as const;
  return {
    run: ([x]) =>
      activateLate(tfjs, activation, tfjs.fused.conv2d<Tensor4D>({ x: x!, filter, bias: biases, ...options })),
    dispose: () => tfjs.dispose([filter, biases]),
  };
}

interface Convolution {
  convolve(map: Tensor4D): Tensor4D;
  dispose(): void;
}

function loadConvolution(tfjs: Tfjs, layer: ConvolutionalLayer, weights: ConvolutionWeights): Convolution {
  const { groups, input, stride: strides } = layer;
  const fused = {
    strides,
    pad: 'valid',
    activation: ACTIVATIONS[layer.activation],
    leakyreluAlpha: LEAKY_SLOPE,
  } as const;
  const bias = tfjs.tensor1d(weights.bias);
  if (groups > 1 && groups === input.channels) {
    const filter = depthwiseFilter(tfjs, layer, weights.weights);
    return {
      convolve: (x) => tfjs.fused.depthwiseConv2d<Tensor4D>({ x, filter, bias, ...fused }),
      dispose: () => tfjs.dispose([filter, bias]),
    };
  }
  const filters = groupFilters(tfjs, layer, weights.weights);
  const biases = tfjs.split<Tensor1D>(bias, groups);
  bias.dispose();
  return {
    // TensorFlow.js has no groups: each is a convolution of its own channels.
    convolve: (map) => {
      const parts = groups === 1 ? [map] : tfjs.split<Tensor4D>(map, groups, 3);
      const outputs = parts.map((x, group) =>
        tfjs.fused.conv2d<Tensor4D>({ x, filter: filters[group]!, bias: biases[group]!, ...fused }),
      );
      return groups === 1 ? outputs[0]! : tfjs.concat(outputs, 3);
    },
    dispose: () => tfjs.dispose([...filters, ...biases]),
  };
}

/** From `[channels * multiplier, 1, size, size]` to `[size, size, channels, multiplier]`. */
function depthwiseFilter(tfjs: Tfjs, { filters, groups, size }: ConvolutionalLayer, weights: Float32Array): Tensor4D {
  return tfjs.tidy(() => tfjs.transpose(tfjs.tensor4d(weights, [groups, filters / groups, size, size]), [2, 3, 0, 1]));
}

/** From `[filters, channels, size, size]` to `[size, size, channels, filters]`, a group each. */
function groupFilters(tfjs: Tfjs, layer: ConvolutionalLayer, weights: Float32Array): Tensor4D[] {
  const { groups, size } = layer;
  const shape: [number, number, number, number] = [layer.filters / groups, layer.input.channels / groups, size, size];
  const length = weights.length / groups;
  return Array.from({ length: groups }, (_, group) =>
    tfjs.tidy(() => {
      const own = weights.subarray(group * length, (group + 1) * length);
      return tfjs.transpose(tfjs.tensor4d(own, shape), [2, 3, 1, 0]);
    }),
  );
}
