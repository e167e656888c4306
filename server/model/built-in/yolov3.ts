import type { LayerDeclaration } from '../../formats/darknet/layers.js';
import { anchorsOf, LayerList, pickAnchors } from './layer-list.js';

/** In pixels, found by clustering the boxes of COCO. */
const ANCHORS = anchorsOf(10, 13, 16, 30, 33, 23, 30, 61, 62, 45, 59, 119, 116, 90, 156, 198, 373, 326);
export const TINY_ANCHORS = anchorsOf(10, 14, 23, 27, 37, 58, 81, 82, 135, 169, 344, 319);

/** The last layers of Darknet-53 with maps of 1/8 and of 1/16 of the input's size. */
const EIGHTH = 36;
const SIXTEENTH = 61;

/**
 * YOLOv3 (Redmon, Farhadi 2018): Darknet-53 without its classifier, then three heads. The second and third see a finer map, joined with
 * the enlarged one of the head before.
 */
export function yolov3Layers(classes: number): readonly LayerDeclaration[] {
  const list = new LayerList().convolve(32, 3);
  for (const [filters, blocks] of [
    [64, 1],
    [128, 2],
    [256, 8],
    [512, 8],
    [1024, 4],
  ] as const) {
    list.convolve(filters, 3, 2);
    for (let block = 0; block < blocks; block++) list.alternate(filters / 2, filters).addFrom(-3);
  }
  detectAfter(list, 512, classes, [6, 7, 8]);
  list.route(-4).convolve(256, 1).upsample().route(-1, SIXTEENTH);
  detectAfter(list, 256, classes, [3, 4, 5]);
  list.route(-4).convolve(128, 1).upsample().route(-1, EIGHTH);
  detectAfter(list, 128, classes, [0, 1, 2]);
  return list.layers;
}

function detectAfter(list: LayerList, filters: number, classes: number, mask: readonly number[]): void {
  list.alternate(filters, 2 * filters, filters, 2 * filters, filters, 2 * filters);
  list.detect({ classes, anchors: pickAnchors(ANCHORS, ...mask), scaleXY: 1, distanceExponent: null });
}

/** Tiny YOLOv3: six halving steps (the last with stride 1), two heads. */
export function tinyYolov3Layers(classes: number): readonly LayerDeclaration[] {
  const detect = (list: LayerList, ...mask: readonly number[]) =>
    list.detect({ classes, anchors: pickAnchors(TINY_ANCHORS, ...mask), scaleXY: 1, distanceExponent: null });
  const list = new LayerList();
  for (const filters of [16, 32, 64, 128, 256]) list.convolve(filters, 3).pool(2, 2);
  list.convolve(512, 3).pool(2, 1).convolve(1024, 3).convolve(256, 1).convolve(512, 3);
  detect(list, 3, 4, 5);
  list.route(-4).convolve(128, 1).upsample().route(-1, 8).convolve(256, 3);
  // Its authors trained it with the first three anchors, and never used the fourth but in the first head.
  detect(list, 0, 1, 2);
  return list.layers;
}
