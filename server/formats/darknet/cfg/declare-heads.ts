import type { LayerDeclaration } from '../layers.js';
import type { SectionReader } from './darknet-sections.js';

/** The exponent of AlexeyAB's `greedynms`, which reads no `beta_nms`. */
const GREEDY_EXPONENT = 0.6;

/** YOLOv2's head. */
export function declareRegion(options: SectionReader): LayerDeclaration {
  const count = options.integer('num', 1, 1);
  const coords = options.integer('coords', 4, 1);
  if (coords !== 4) {
    options.refuse('DT_CFG_VALUE', `coords=${coords} is not supported, only coords=4 (x, y, width, height)`);
  }
  const anchors = readAnchors(options, count);
  return {
    kind: 'region',
    classes: options.integer('classes', 20, 0),
    coords,
    softmax: options.flag('softmax'),
    anchors,
  };
}

/** The head of YOLOv3 and later: some of the anchors are this level's. */
export function declareYolo(options: SectionReader): LayerDeclaration {
  const count = options.integer('num', 1, 1);
  const all = readAnchors(options, count);
  const mask = options.numbers('mask') ?? all.map((_, index) => index);
  const anchors = mask.flatMap((index) => (all[index] === undefined ? [] : [all[index]]));
  if (anchors.length !== mask.length) {
    options.refuse('DT_CFG_VALUE', `mask=${mask.join(',')} must name anchors from 0 to ${count - 1} (num=${count})`);
  }
  return {
    kind: 'yolo',
    classes: options.integer('classes', 20, 1),
    anchors: Object.freeze(anchors),
    scaleXY: options.number('scale_x_y', 1),
    hasNewCoords: options.flag('new_coords'),
    distanceExponent: readDistanceExponent(options),
  };
}

/** Darknet asks for intersection over union where it does not know the kind. */
function readDistanceExponent(options: SectionReader): number | null {
  const exponent = options.number('beta_nms', 0.6);
  const kind = options.text('nms_kind', 'default');
  switch (kind) {
    case 'default':
      return null;
    case 'greedynms':
      return GREEDY_EXPONENT;
    case 'diounms':
      return exponent;
    default:
      return options.refuse('DT_CFG_VALUE', `nms_kind=${kind} is not supported, only default, greedynms and diounms`);
  }
}

/** [width, height] each. Darknet's own default is 0.5 for all of them; it reads no more numbers than it needs. */
function readAnchors(options: SectionReader, count: number): readonly (readonly [number, number])[] {
  const numbers = options.numbers('anchors') ?? new Array<number>(2 * count).fill(0.5);
  if (numbers.length < 2 * count || numbers.length % 2 === 1 || !numbers.every((value) => value > 0)) {
    options.refuse(
      'DT_CFG_VALUE',
      `num=${count} needs ${2 * count} anchor numbers, all above 0, and anchors has ${numbers.length}`,
    );
  }
  return Object.freeze(
    Array.from({ length: count }, (_, i) => Object.freeze([numbers[2 * i]!, numbers[2 * i + 1]!] as const)),
  );
}
