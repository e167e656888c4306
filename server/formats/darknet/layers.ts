import type { MapShape } from '../../geometry/region.js';
import type { ClassTree } from '../../heads/class-tree.js';

/** Darknet's, by its names; `activations.ts` says what they compute. */
export type Activation =
  | 'linear'
  | 'leaky'
  | 'relu'
  | 'logistic'
  | 'mish'
  | 'swish'
  | 'relu6'
  | 'elu'
  | 'selu'
  | 'relie'
  | 'ramp'
  | 'tanh'
  | 'loggy'
  | 'hardtan';

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
  /** Cells on each side; with a dilation so many times as many. */
  readonly padding: number;
  readonly groups: number;
  /** Cells from one of a window's cells to the next; 1 when absent. */
  readonly dilation?: number;
  /** Whether the weights file holds scale, mean and variance for it; folded into weights and bias when loaded. */
  readonly batchNormalize: boolean;
  readonly activation: Activation;
  /** The earlier convolution (absolute index) that it has its weights and biases from; its own when absent. */
  readonly sharedFrom?: number;
  /** The input is 1 above zero and -1 elsewhere, and the kernel plus or minus the mean of its filter's magnitudes (XNOR-Net). */
  readonly isXnor?: boolean;
}

/** A convolution with a kernel of its own, and biases, for each cell of its output; zero padding on every side. */
export interface LocalLayer extends LayerShape {
  readonly kind: 'local';
  readonly filters: number;
  readonly size: number;
  readonly stride: number;
  readonly padding: number;
  readonly batchNormalize: false;
  readonly activation: Activation;
}

/** Batch normalisation without a layer before it that would do it: a factor and a summand for each channel. */
export interface BatchnormLayer extends LayerShape {
  readonly kind: 'batchnorm';
}

/** Max pooling as Darknet has it: minus infinity outside, padding before = floor(total / 2), the rest after. */
export interface MaxPoolLayer extends LayerShape {
  readonly kind: 'maxpool';
  readonly size: number;
  readonly stride: number;
  /** Total padding (both sides together). Darknet's default is `size - 1`. */
  readonly totalPadding: number;
}

/** The mean of a window's cells that lie on the map; padding as of max pooling. */
export interface LocalAvgPoolLayer extends LayerShape {
  readonly kind: 'local_avgpool';
  readonly size: number;
  readonly stride: number;
  readonly totalPadding: number;
}

/** Concatenates, by channel, the outputs of earlier layers (absolute indices). */
export interface RouteLayer extends LayerShape {
  readonly kind: 'route';
  readonly layers: readonly number[];
  /** The part of each output's channels that is taken; all of them when absent. */
  readonly group?: { readonly count: number; readonly index: number };
}

/**
 * Adds the outputs of earlier layers (absolute indices) to its input. A larger map is sampled, every `stride`-th cell of every
 * `stride`-th row; of maps with other numbers of channels the first that both have are added.
 */
export interface ShortcutLayer extends LayerShape {
  readonly kind: 'shortcut';
  readonly from: readonly number[];
  readonly activation: Activation;
}

/** Multiplies the output of an earlier layer by its input, which has the same shape. */
export interface SamLayer extends LayerShape {
  readonly kind: 'sam';
  readonly from: number;
  readonly activation: Activation;
}

/** Multiplies the output of an earlier layer by its input: a number for each channel, or one for each cell. */
export interface ScaleChannelsLayer extends LayerShape {
  readonly kind: 'scale_channels';
  readonly from: number;
  readonly each: 'channel' | 'cell';
  readonly activation: Activation;
}

/** Repeats each cell `stride` times along both axes, times `scale`. */
export interface UpsampleLayer extends LayerShape {
  readonly kind: 'upsample';
  readonly stride: number;
  readonly scale: number;
}

/** Takes the middle of the map (rounded to the top left), and with `isAdjusted` doubles its numbers and subtracts 1. */
export interface CropLayer extends LayerShape {
  readonly kind: 'crop';
  readonly height: number;
  readonly width: number;
  readonly isAdjusted: boolean;
}

export interface ActivationLayer extends LayerShape {
  readonly kind: 'activation';
  readonly activation: Activation;
}

/** Darknet's reorg (space to depth in Darknet's own order of channels), and AlexeyAB's reorg3d, which is space to depth. */
export interface ReorgLayer extends LayerShape {
  readonly kind: 'reorg' | 'reorg3d';
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
  readonly kind: 'dropout' | 'cost' | 'contrastive';
}

/** A classifier's head: probabilities of its classes, which add up to 1. */
export interface SoftmaxLayer extends LayerShape {
  readonly kind: 'softmax';
  /** Divides its input; 1 when absent. */
  readonly temperature?: number;
  /** The hierarchy of its classes, if they have one. */
  readonly tree?: ClassTree;
}

/**
 * The first YOLO's detection head: for each of `side` x `side` cells the scores of its classes, for each of its boxes one number that
 * they are multiplied by, and x, y, width, height.
 */
export interface DetectionLayer extends LayerShape {
  readonly kind: 'detection';
  readonly side: number;
  /** Of a cell. */
  readonly boxes: number;
  readonly classes: number;
  /** Scores of a cell are logits that become probabilities, which add up to 1. */
  readonly softmax: boolean;
  /** Widths and heights are square roots of fractions of the picture, otherwise the fractions. */
  readonly sqrt: boolean;
}

/** YOLOv2's detection head: per cell and anchor `coords` numbers, objectness, `classes` scores. */
export interface RegionLayer extends LayerShape {
  readonly kind: 'region';
  readonly classes: number;
  readonly coords: number;
  readonly softmax: boolean;
  /** The hierarchy of its classes, if they have one. */
  readonly tree?: ClassTree;
  /** Anchor boxes in cells, [width, height] each. */
  readonly anchors: readonly (readonly [number, number])[];
}

/** The detection head of YOLOv3 and later: per cell and anchor x, y, width, height, objectness, `classes` scores. */
export interface YoloLayer extends LayerShape {
  readonly kind: 'yolo';
  readonly classes: number;
  /** Anchor boxes of this level in pixels of the network's input, [width, height] each. */
  readonly anchors: readonly (readonly [number, number])[];
  /** Stretches the centre beyond its cell: `scale * sigmoid(x) - (scale - 1) / 2`. */
  readonly scaleXY: number;
  /** The numbers come as sigmoids, and a size is `(2 * w)^2` anchors, where otherwise it is `exp(w)`. */
  readonly hasNewCoords: boolean;
  /** AlexeyAB's NMS, by `IoU - (distance / diagonal)^(2 * exponent)`; null: by IoU. */
  readonly distanceExponent: number | null;
  /** Gaussian YOLOv3: x, y, width and height are each followed by how uncertain they are, which lowers the scores. */
  readonly hasUncertainties?: boolean;
}

export type Layer =
  | ConvolutionalLayer
  | LocalLayer
  | BatchnormLayer
  | MaxPoolLayer
  | LocalAvgPoolLayer
  | RouteLayer
  | ShortcutLayer
  | SamLayer
  | ScaleChannelsLayer
  | UpsampleLayer
  | CropLayer
  | ActivationLayer
  | ReorgLayer
  | ConnectedLayer
  | AvgPoolLayer
  | PassingLayer
  | SoftmaxLayer
  | DetectionLayer
  | RegionLayer
  | YoloLayer;

/** What is decoded into a result; no graph has it. */
export type HeadLayer = DetectionLayer | RegionLayer | YoloLayer | SoftmaxLayer;

type WithoutShapes<L> = L extends Layer ? Omit<L, 'input' | 'output'> : never;

/** A layer as it is declared, before its place in a network gives it an input and an output shape. */
export type LayerDeclaration = WithoutShapes<Layer>;

/** Layers that a weights file has numbers for. */
export type WeightedLayer = ConvolutionalLayer | LocalLayer | BatchnormLayer | ConnectedLayer;

/** Weights of one convolution, local, batchnorm or connected layer, batch normalisation folded in. */
export interface ConvolutionWeights {
  /**
   * Of a convolution `[filters, input.channels / groups, size, size]`, of a local layer `[cells, filters, input.channels, size, size]`,
   * of a connected layer `[outputs, input.channels, input.height, input.width]`, of a batchnorm layer `[input.channels]`; row-major.
   */
  readonly weights: Float32Array;
  /** `[filters]`, `[filters, cells]`, `[outputs]` or `[input.channels]`. */
  readonly bias: Float32Array;
}

/** By layer index; an entry for every layer with weights of its own. */
export type NetworkWeights = ReadonlyMap<number, ConvolutionWeights>;

/** What every source of weights gives. */
export interface LoadedWeights {
  readonly weights: NetworkWeights;
  /** Tells these weights from all others, hex; the same whichever layers were asked for. */
  readonly digest: string;
}

/** The earlier layers (absolute indices) whose outputs a layer reads, beside the one right before it or, of a route, in its place. */
export function earlierLayers(layer: Layer | LayerDeclaration): readonly number[] {
  switch (layer.kind) {
    case 'route':
      return layer.layers;
    case 'shortcut':
      return layer.from;
    case 'sam':
    case 'scale_channels':
      return [layer.from];
    default:
      return [];
  }
}

export function isHead(layer: Layer): layer is HeadLayer {
  return (HEADS as readonly string[]).includes(layer.kind);
}

const HEADS: readonly HeadLayer['kind'][] = ['detection', 'region', 'yolo', 'softmax'];
