import type { LayerDeclaration } from '../../formats/darknet/layers.js';
import { anchorsOf, LayerList, pickAnchors } from './layer-list.js';
import { TINY_ANCHORS } from './yolov3.js';

/** In pixels, found by clustering the boxes of COCO. */
const ANCHORS = anchorsOf(12, 16, 19, 36, 40, 28, 36, 75, 76, 55, 72, 146, 142, 110, 192, 243, 459, 401);

/** The exponent of the NMS that the cfgs name (`greedynms`). */
const NMS_EXPONENT = 0.6;

/** The last layers of CSPDarknet-53 with maps of 1/8 and of 1/16 of the input's size. */
const EIGHTH = 54;
const SIXTEENTH = 85;

/**
 * YOLOv4 (Bochkovskiy, Wang, Liao 2020): CSPDarknet-53, pyramid pooling (SPP), a neck that goes up and down again (PANet), three heads
 * from the finest to the coarsest.
 */
export function yolov4Layers(classes: number): readonly LayerDeclaration[] {
  const list = new LayerList().activateBy('mish').convolve(32, 3);
  addStage(list, { filters: 64, split: 64, inner: 32, blocks: 1 });
  for (const [filters, blocks] of [
    [128, 2],
    [256, 8],
    [512, 8],
    [1024, 4],
  ] as const) {
    addStage(list, { filters, split: filters / 2, inner: filters / 2, blocks });
  }
  list.activateBy('leaky').alternate(512, 1024, 512);
  list.pool(5, 1).route(-2).pool(9, 1).route(-4).pool(13, 1).route(-1, -3, -5, -6);
  list.alternate(512, 1024, 512);
  for (const [filters, finer] of [
    [256, SIXTEENTH],
    [128, EIGHTH],
  ] as const) {
    list.convolve(filters, 1).upsample().route(finer).convolve(filters, 1).route(-1, -3);
    list.alternate(filters, 2 * filters, filters, 2 * filters, filters);
  }
  list.convolve(256, 3);
  detect(list, classes, 1.2, [0, 1, 2]);
  for (const [filters, coarser, scaleXY, mask] of [
    [256, -16, 1.1, [3, 4, 5]],
    [512, -37, 1.05, [6, 7, 8]],
  ] as const) {
    list.route(-4).convolve(filters, 3, 2).route(-1, coarser);
    list.alternate(filters, 2 * filters, filters, 2 * filters, filters, 2 * filters);
    detect(list, classes, scaleXY, mask);
  }
  return list.layers;
}

interface Stage {
  /** Of the stage's output, which has half the size of its input. */
  readonly filters: number;
  /** Of each of the two ways through the stage. */
  readonly split: number;
  /** Of the smaller convolution of each residual block. */
  readonly inner: number;
  readonly blocks: number;
}

/** A stage of CSPDarknet: one half goes through residual blocks, the other past them. */
function addStage(list: LayerList, { blocks, filters, inner, split }: Stage): void {
  list.convolve(filters, 3, 2).convolve(split, 1).route(-2).convolve(split, 1);
  for (let block = 0; block < blocks; block++) list.alternate(inner, split).addFrom(-3);
  list
    .convolve(split, 1)
    .route(-1, -(3 * blocks + 4))
    .convolve(filters, 1);
}

function detect(list: LayerList, classes: number, scaleXY: number, mask: readonly number[]): void {
  list.detect({ classes, anchors: pickAnchors(ANCHORS, ...mask), scaleXY, distanceExponent: NMS_EXPONENT });
}

/** Tiny YOLOv4: three stages that send half of their channels past two convolutions, two heads. */
export function tinyYolov4Layers(classes: number): readonly LayerDeclaration[] {
  const detectTiny = (list: LayerList, ...mask: readonly number[]) => {
    const anchors = pickAnchors(TINY_ANCHORS, ...mask);
    return list.detect({ classes, anchors, scaleXY: 1.05, distanceExponent: NMS_EXPONENT });
  };
  const list = new LayerList().convolve(32, 3, 2).convolve(64, 3, 2);
  for (const filters of [64, 128, 256]) {
    list
      .convolve(filters, 3)
      .routeSecondHalf()
      .convolve(filters / 2, 3)
      .convolve(filters / 2, 3);
    list.route(-1, -2).convolve(filters, 1).route(-6, -1).pool(2, 2);
  }
  list.convolve(512, 3).convolve(256, 1).convolve(512, 3);
  detectTiny(list, 3, 4, 5);
  // Layer 23 is the last one before the third halving.
  list.route(-4).convolve(128, 1).upsample().route(-1, 23).convolve(256, 3);
  detectTiny(list, 1, 2, 3);
  return list.layers;
}
