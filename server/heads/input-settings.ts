import type { Preprocessing } from '../model/preprocessing.js';
import type { HeadFamily } from './head-family.js';
import type { InputExtent } from './head-output.js';

type Triple = readonly [number, number, number];

/**
 * How a picture becomes a graph's input, in the terms of the models' own documents: (byte * scale - mean) / deviation,
 * channel by channel in `order`.
 */
export interface InputSettings {
  /** Letterboxed in the centre or at the top left, or stretched over the whole input. */
  readonly anchor: Preprocessing['anchor'];
  /** The colour around a letterboxed picture: a byte for R, G and B. */
  readonly fill: Triple;
  readonly order: Preprocessing['order'];
  readonly scale: number;
  readonly mean: Triple;
  readonly deviation: Triple;
}

/** The same in the terms of `normaliseBytes`. */
export function preprocessingOf(settings: InputSettings): Preprocessing {
  const { anchor, deviation, fill, mean, order, scale } = settings;
  const perChannel = (of: (channel: 0 | 1 | 2) => number): Triple => [of(0), of(1), of(2)];
  return {
    anchor,
    fill,
    order,
    mean: perChannel((channel) => mean[channel] / scale),
    scale: perChannel((channel) => scale / deviation[channel]),
  };
}

/** What is known of a graph's picture. */
export interface PictureInput extends InputExtent {
  /** The graph takes bytes from 0 to 255 as they are, and normalises them itself. */
  readonly takesBytes?: boolean;
}

const GREY: Triple = [114, 114, 114];
const ZERO: Triple = [0, 0, 0];
const ONE: Triple = [1, 1, 1];

/** RGB from 0 to 1, letterboxed in the centre. */
const YOLO: InputSettings = {
  anchor: 'centre',
  fill: GREY,
  order: 'rgb',
  scale: 1 / 255,
  mean: ZERO,
  deviation: ONE,
};
const STRETCHED: InputSettings = { ...YOLO, anchor: 'stretch' };
const IMAGENET: InputSettings = { ...STRETCHED, mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };
const SSD: InputSettings = { ...STRETCHED, scale: 1 / 127.5, mean: ONE };
const NANODET: InputSettings = {
  ...STRETCHED,
  order: 'bgr',
  scale: 1,
  mean: [103.53, 116.28, 123.675],
  deviation: [57.375, 57.12, 58.395],
};

/** Darknet centres the picture on half grey (0.5, which lies between two bytes). */
const DARKNET: InputSettings = { ...YOLO, fill: [128, 128, 128] };

const USUAL: Readonly<Record<HeadFamily['kind'], InputSettings>> = {
  detection: { ...DARKNET, anchor: 'stretch' },
  region: DARKNET,
  yolo: DARKNET,
  yolox: { ...YOLO, anchor: 'top-left', order: 'bgr', scale: 1 },
  yolov5: YOLO,
  yolov8: YOLO,
  'end-to-end': YOLO,
  'yolo-nas': { ...YOLO, anchor: 'top-left', order: 'bgr' },
  'yolo-nas-raw': { ...YOLO, anchor: 'top-left', order: 'bgr' },
  detr: STRETCHED,
  'rf-detr': IMAGENET,
  ssd: SSD,
  'ssd-anchors': SSD,
  nanodet: NANODET,
  centerface: { ...STRETCHED, scale: 1 },
  classifier: IMAGENET,
};

/**
 * What the models of a family usually want of a picture. PicoDet, which measures from cells' middles, differs from NanoDet,
 * and Ultralytics' classifiers, which name their task in the file's metadata, from others. Bytes are not scaled.
 */
export function usualInputSettings(
  family: HeadFamily,
  { takesBytes = false }: PictureInput,
  metadata: ReadonlyMap<string, string>,
): InputSettings {
  const usual = usualFloats(family, metadata);
  return takesBytes ? { ...usual, scale: 1, mean: ZERO, deviation: ONE } : usual;
}

function usualFloats(family: HeadFamily, metadata: ReadonlyMap<string, string>): InputSettings {
  if (family.kind === 'classifier' && metadata.get('task') === 'classify') return STRETCHED;
  return family.kind === 'nanodet' && family.origin === 'middle' ? IMAGENET : USUAL[family.kind];
}
