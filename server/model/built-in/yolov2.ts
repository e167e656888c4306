import type { LayerDeclaration } from '../../formats/darknet/layers.js';
import { headConvolution } from './layer-list.js';

/** What the members of the YOLOv2 family differ in. */
export interface Yolov2Head {
  readonly classes: number;
  /** Boxes in cells, [width, height] each. */
  readonly anchors: readonly (readonly [number, number])[];
}

/** Anchors of the detectors trained on COCO, full-size and tiny alike. */
export const COCO_ANCHORS = anchors([
  [0.57273, 0.677385],
  [1.87446, 2.06253],
  [3.33843, 5.47434],
  [7.88282, 3.52778],
  [9.77052, 9.16828],
]);

export const VOC_ANCHORS = anchors([
  [1.3221, 1.73145],
  [3.19275, 4.00944],
  [5.05587, 8.09892],
  [9.47112, 4.84053],
  [11.2364, 10.0071],
]);

export const TINY_VOC_ANCHORS = anchors([
  [1.08, 1.19],
  [3.42, 4.41],
  [6.63, 11.38],
  [9.42, 5.11],
  [16.62, 10.52],
]);

/** Layer that the passthrough takes: the last map of 1/16 of the input's size. */
const PASSTHROUGH_SOURCE = 16;

/**
 * YOLOv2 (Redmon, Farhadi 2017): Darknet-19 without its classifier, two 3x3 convolutions, then the finer map 16 folded
 * beside them. `squeeze(n, times)` is a 3x3 convolution, then `times` pairs of 1x1 with half the filters and 3x3.
 */
export function yolov2Layers(head: Yolov2Head): readonly LayerDeclaration[] {
  return [
    convolution(32, 3),
    pooling(2),
    convolution(64, 3),
    pooling(2),
    ...squeeze(128, 1),
    pooling(2),
    ...squeeze(256, 1),
    pooling(2),
    ...squeeze(512, 2),
    pooling(2),
    ...squeeze(1024, 2),
    convolution(1024, 3),
    convolution(1024, 3), // layer 24
    { kind: 'route', layers: [PASSTHROUGH_SOURCE] },
    convolution(64, 1),
    { kind: 'reorg', stride: 2 }, // layer 27
    { kind: 'route', layers: [27, 24] },
    convolution(1024, 3),
    ...detectionHead(head),
  ];
}

/** Tiny YOLOv2: six halving steps (the last with stride 1), then two wide convolutions. */
export function tinyYolov2Layers(head: Yolov2Head, lastFilters: number): readonly LayerDeclaration[] {
  return [
    ...[16, 32, 64, 128, 256].flatMap((filters) => [convolution(filters, 3), pooling(2)]),
    convolution(512, 3),
    pooling(1),
    convolution(1024, 3),
    convolution(lastFilters, 3),
    ...detectionHead(head),
  ];
}

function convolution(filters: number, size: number): LayerDeclaration {
  const padding = Math.floor(size / 2);
  return {
    kind: 'convolutional',
    filters,
    size,
    stride: 1,
    padding,
    groups: 1,
    batchNormalize: true,
    activation: 'leaky',
  };
}

function pooling(stride: number): LayerDeclaration {
  return { kind: 'maxpool', size: 2, stride, totalPadding: 1 };
}

function squeeze(filters: number, times: number): readonly LayerDeclaration[] {
  const pair = [convolution(filters / 2, 1), convolution(filters, 3)];
  return [convolution(filters, 3), ...Array.from({ length: times }, () => pair).flat()];
}

function detectionHead({ classes, anchors: boxes }: Yolov2Head): readonly LayerDeclaration[] {
  const coords = 4;
  return [
    headConvolution(boxes.length * (coords + 1 + classes)),
    { kind: 'region', classes, coords, softmax: true, anchors: boxes },
  ];
}

function anchors(boxes: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  return Object.freeze(boxes.map((box) => Object.freeze([...box] as const)));
}
