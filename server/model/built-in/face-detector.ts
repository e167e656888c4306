import type { LayerDeclaration } from '../../formats/darknet/layers.js';
import type { Preprocessing } from '../preprocessing.js';

/** Filters of the separable convolutions; the first four are each followed by a halving. */
const SEPARABLE_FILTERS = [32, 64, 128, 256, 512] as const;

/** Filters of the first, ordinary convolution. */
const FIRST_FILTERS = 16;

const HALVE: LayerDeclaration = { kind: 'maxpool', size: 2, stride: 2, totalPadding: 1 };

/** Five anchors in cells; found by clustering faces, so they are unlike YOLOv2's. */
const ANCHORS: readonly (readonly [number, number])[] = Object.freeze(
  [
    [1.603231, 2.094468],
    [6.041143, 7.080126],
    [2.882459, 3.518061],
    [4.266906, 5.178857],
    [9.041765, 10.66308],
  ].map(([width, height]) => Object.freeze([width!, height!] as const)),
);

/**
 * The Tiny-YOLOv2 face detector of `@vladmandic/face-api`. A separable convolution is two layers here: a depthwise one
 * (linear, no bias) and a pointwise one, which adds the bias and is leaky. The first convolution has no padding, so 416
 * becomes 414 and then 207; from there on pooling pads after where a map is odd.
 */
export const FACE_DETECTOR_LAYERS: readonly LayerDeclaration[] = Object.freeze([
  convolution({ filters: FIRST_FILTERS, size: 3, activation: 'leaky' }),
  HALVE,
  ...SEPARABLE_FILTERS.flatMap((filters, block) => {
    const channels = block === 0 ? FIRST_FILTERS : SEPARABLE_FILTERS[block - 1]!;
    const pooling: LayerDeclaration = filters === 512 ? { ...HALVE, stride: 1 } : HALVE;
    return [
      convolution({ filters: channels, size: 3, padding: 1, groups: channels }),
      convolution({ filters, size: 1, activation: 'leaky' }),
      pooling,
    ];
  }),
  convolution({ filters: 25, size: 1 }),
  { kind: 'region', classes: 0, coords: 4, softmax: false, anchors: ANCHORS },
]);

export const FACE_DETECTOR_PREPROCESSING: Preprocessing = Object.freeze({
  anchor: 'top-left',
  fill: Object.freeze([0, 0, 0] as const),
  order: 'rgb',
  mean: Object.freeze([117.001, 114.697, 97.404] as const),
  scale: Object.freeze([1 / 255, 1 / 255, 1 / 255] as const),
});

export const FACE_DETECTOR_LABELS: readonly string[] = Object.freeze(['face']);

interface Convolution {
  readonly filters: number;
  readonly size: number;
  readonly padding?: number;
  readonly groups?: number;
  readonly activation?: 'linear' | 'leaky';
}

function convolution({ filters, size, padding = 0, groups = 1, activation = 'linear' }: Convolution): LayerDeclaration {
  return { kind: 'convolutional', filters, size, stride: 1, padding, groups, batchNormalize: false, activation };
}
