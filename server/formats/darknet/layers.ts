import type { MapShape } from '../../geometry/region.js';

/** Darknet's, by its names; mish is `x * tanh(ln(1 + e^x))` (Misra 2019). */
export type Activation = 'linear' | 'leaky' | 'relu' | 'logistic' | 'mish';

interface LayerShape {
  readonly input: MapShape;
  readonly output: MapShape;
}

/** Square convolution, zero padding on every side; `groups === input.channels` is a depthwise one. */
export interface ConvolutionalLayer extends LayerShape {
  readonly kind: 'convolutional';
  readonly filters: number;
  readonly size: number;
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;
  /** Whether the weights file holds scale, mean and variance for it; folded into weights and bias when loaded. */
  readonly batchNormalize: boolean;
  readonly activation: Activation;
}

/** Max pooling as Darknet has it: minus infinity outside, padding before = floor(total / 2), the rest after. */
export interface MaxPoolLayer extends LayerShape {
  readonly kind: 'maxpool';
  readonly size: number;
  readonly stride: number;
  /** Total padding (both sides together). Darknet's default is `size - 1`. */
  readonly totalPadding: number;
}

/** Concatenates, by channel, the outputs of earlier layers (absolute indices). */
export interface RouteLayer extends LayerShape {
  readonly kind: 'route';
  readonly layers: readonly number[];
}

/** Darknet's reorg (space to depth in Darknet's own order of channels). */
export interface ReorgLayer extends LayerShape {
  readonly kind: 'reorg';
  readonly stride: number;
}

/** Every output is a weighted sum of the whole input map, which is read row by row, plane by plane. */
export interface ConnectedLayer extends LayerShape {
  readonly kind: 'connected';
  readonly outputs: number;
  readonly batchNormalize: boolean;
  readonly activation: Activation;
}

/** Global average pooling: the mean of each channel. */
export interface AvgPoolLayer extends LayerShape {
  readonly kind: 'avgpool';
}

/** What matters in training only: its output is its input. */
export interface PassingLayer extends LayerShape {
  readonly kind: 'dropout' | 'cost';
}

/** A classifier's head: probabilities of its classes, which add up to 1. */
export interface SoftmaxLayer extends LayerShape {
  readonly kind: 'softmax';
}

/** YOLOv2's detection head: per cell and anchor `coords` numbers, objectness, `classes` scores. */
export interface RegionLayer extends LayerShape {
  readonly kind: 'region';
  readonly classes: number;
  readonly coords: number;
  readonly softmax: boolean;
  /** Anchor boxes in cells, [width, height] each. */
  readonly anchors: readonly (readonly [number, number])[];
}

export type Layer =
  | ConvolutionalLayer
  | MaxPoolLayer
  | RouteLayer
  | ReorgLayer
  | ConnectedLayer
  | AvgPoolLayer
  | PassingLayer
  | SoftmaxLayer
  | RegionLayer;

/** Layers that a weights file has numbers for. */
export type WeightedLayer = ConvolutionalLayer | ConnectedLayer;

/** Weights of one convolution or connected layer, batch normalisation folded in. */
export interface ConvolutionWeights {
  /**
   * Of a convolution `[filters, input.channels / groups, size, size]`, of a connected layer
   * `[outputs, input.channels, input.height, input.width]`; row-major.
   */
  readonly weights: Float32Array;
  /** `[filters]` or `[outputs]`. */
  readonly bias: Float32Array;
}

/** By layer index; an entry for every convolutional or connected layer. */
export type NetworkWeights = ReadonlyMap<number, ConvolutionWeights>;

/** What every source of weights gives. */
export interface LoadedWeights {
  readonly weights: NetworkWeights;
  /** Tells these weights from all others, hex; the same whichever layers were asked for. */
  readonly digest: string;
}
