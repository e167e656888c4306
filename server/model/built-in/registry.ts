import { DeepThingsError } from '../../errors.js';
import { assembleNetwork } from '../../formats/darknet/assemble-network.js';
import { DARKNET_PREPROCESSING, type InputSize } from '../../formats/darknet/cfg/darknet-cfg.js';
import type { DarknetNetwork } from '../../formats/darknet/darknet-network.js';
import { shapeLayers } from '../../formats/darknet/layer-shapes.js';
import type { LayerDeclaration } from '../../formats/darknet/layers.js';
import type { Preprocessing } from '../preprocessing.js';
import { COCO_LABELS } from './coco-labels.js';
import { FACE_DETECTOR_LABELS, FACE_DETECTOR_LAYERS, FACE_DETECTOR_PREPROCESSING } from './face-detector.js';
import { VOC_LABELS } from './voc-labels.js';
import { COCO_ANCHORS, TINY_VOC_ANCHORS, tinyYolov2Layers, VOC_ANCHORS, yolov2Layers } from './yolov2.js';
import { tinyYolov3Layers, yolov3Layers } from './yolov3.js';
import { tinyYolov4Layers, yolov4Layers } from './yolov4.js';

/** Where a built-in model's weights come from. */
export type WeightsOrigin =
  | { readonly kind: 'face-api-package' }
  | {
      readonly kind: 'darknet-file';
      readonly file: string;
      /** To be tried in this order. */
      readonly urls: readonly string[];
      /** Where it is known; the length that the layers imply is checked in any case. */
      readonly byteLength?: number;
      /** Hex, where one is known from a source that can be trusted. */
      readonly sha256?: string;
    };

/** A model that is known by name. */
export interface BuiltInModel {
  /** Default edge of the square input, pixels. */
  readonly inputSize: number;
  readonly layers: readonly LayerDeclaration[];
  readonly preprocessing: Preprocessing;
  readonly labels: readonly string[];
  readonly weights: WeightsOrigin;
}

/** The model that is used when none is named. */
export const DEFAULT_MODEL = 'face-detector';

/** All built-in models halve their maps five times; the passthrough of YOLOv2 needs them to do so evenly. */
const INPUT_STEP = 32;

const coco = { classes: COCO_LABELS.length, anchors: COCO_ANCHORS };

export const BUILT_IN_MODELS: Readonly<Record<string, BuiltInModel>> = Object.freeze({
  'face-detector': {
    inputSize: 416,
    layers: FACE_DETECTOR_LAYERS,
    preprocessing: FACE_DETECTOR_PREPROCESSING,
    labels: FACE_DETECTOR_LABELS,
    weights: { kind: 'face-api-package' },
  },
  yolov2: {
    ...darknetModel('yolov2', { byteLength: 203_934_260 }),
    inputSize: 608,
    layers: yolov2Layers(coco),
    labels: COCO_LABELS,
  },
  'yolov2-tiny': {
    ...darknetModel('yolov2-tiny'),
    inputSize: 416,
    layers: tinyYolov2Layers(coco, 512),
    labels: COCO_LABELS,
  },
  'yolov2-voc': {
    ...darknetModel('yolov2-voc'),
    inputSize: 416,
    layers: yolov2Layers({ classes: VOC_LABELS.length, anchors: VOC_ANCHORS }),
    labels: VOC_LABELS,
  },
  'yolov2-tiny-voc': {
    ...darknetModel('yolov2-tiny-voc'),
    inputSize: 416,
    layers: tinyYolov2Layers({ classes: VOC_LABELS.length, anchors: TINY_VOC_ANCHORS }, 1024),
    labels: VOC_LABELS,
  },
  yolov3: {
    ...darknetModel('yolov3', { byteLength: 248_007_048 }),
    inputSize: 608,
    layers: yolov3Layers(coco.classes),
    labels: COCO_LABELS,
  },
  'yolov3-tiny': {
    ...darknetModel('yolov3-tiny', { byteLength: 35_434_956 }),
    inputSize: 416,
    layers: tinyYolov3Layers(coco.classes),
    labels: COCO_LABELS,
  },
  yolov4: {
    ...darknetModel('yolov4', { byteLength: 257_717_640, release: 'darknet_yolo_v3_optimal' }),
    inputSize: 608,
    layers: yolov4Layers(coco.classes),
    labels: COCO_LABELS,
  },
  'yolov4-tiny': {
    ...darknetModel('yolov4-tiny', { byteLength: 24_251_276, release: 'darknet_yolo_v4_pre' }),
    inputSize: 416,
    layers: tinyYolov4Layers(coco.classes),
    labels: COCO_LABELS,
  },
});

/**
 * @throws DT_MODEL_NAME when there is no such model.
 */
export function builtInModel(name: string): BuiltInModel {
  const model = Object.hasOwn(BUILT_IN_MODELS, name) ? BUILT_IN_MODELS[name] : undefined;
  if (model === undefined) {
    throw new DeepThingsError(
      'DT_MODEL_NAME',
      `there is no built-in model ${name}: choose one of ${Object.keys(BUILT_IN_MODELS).join(', ')}, or give a cfg`,
    );
  }
  return model;
}

/**
 * A built-in model's structure.
 *
 * @throws DT_MODEL_NAME, DT_MODEL_INPUT_SIZE when a size is no multiple of 32.
 */
export function builtInNetwork(name: string, size: InputSize = {}): DarknetNetwork {
  const model = builtInModel(name);
  const { width = model.inputSize, height = model.inputSize } = size;
  for (const [edge, pixels] of Object.entries({ width, height })) {
    if (!Number.isInteger(pixels) || pixels < INPUT_STEP || pixels % INPUT_STEP !== 0) {
      throw new DeepThingsError(
        'DT_MODEL_INPUT_SIZE',
        `width and height of ${name} must be multiples of ${INPUT_STEP}, and ${edge} ${pixels} is given: ` +
          `${neighbours(pixels)} would do`,
      );
    }
  }
  const input = Object.freeze({ channels: 3, height, width });
  const layers = shapeLayers(input, model.layers);
  return Object.freeze({
    ...assembleNetwork(name, input, layers),
    preprocessing: model.preprocessing,
    labels: model.labels,
  });
}

/** The multiples of the step around a size. */
function neighbours(pixels: number): string {
  const below = Math.max(INPUT_STEP, Math.floor(pixels / INPUT_STEP) * INPUT_STEP);
  return `${below} or ${below + INPUT_STEP}`;
}

interface Published {
  readonly byteLength?: number;
  /** The release of AlexeyAB's Darknet that has the weights; without, Darknet's author has them. */
  readonly release?: string;
}

/** What published models of Darknet have in common. */
function darknetModel(
  name: string,
  { byteLength, release }: Published = {},
): Pick<BuiltInModel, 'preprocessing' | 'weights'> {
  const file = `${name}.weights`;
  const folders =
    release === undefined
      ? ['https://data.pjreddie.com/files', 'https://pjreddie.com/media/files']
      : [`https://github.com/AlexeyAB/darknet/releases/download/${release}`];
  const urls = folders.map((folder) => `${folder}/${file}`);
  return {
    preprocessing: DARKNET_PREPROCESSING,
    weights: { kind: 'darknet-file', file, urls, ...(byteLength === undefined ? {} : { byteLength }) },
  };
}
