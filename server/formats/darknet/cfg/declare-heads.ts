import type { ClassTree } from '../../../heads/class-tree.js';
import type { Remark } from '../../../model/remark.js';
import type { LayerDeclaration } from '../layers.js';
import type { SectionReader } from './darknet-sections.js';

type Anchor = readonly [width: number, height: number];

/** The exponent of AlexeyAB's `greedynms`, which reads no `beta_nms`. */
const GREEDY_EXPONENT = 0.6;

/** The head of the first YOLO. */
export function declareDetection(options: SectionReader): LayerDeclaration {
  const coords = options.integer('coords', 1, 1);
  if (coords !== 4) {
    options.refuse('DT_CFG_VALUE', `coords=${coords} is not supported, only coords=4 (x, y, width, height)`);
  }
  return {
    kind: 'detection',
    side: options.integer('side', 7, 1),
    boxes: options.integer('num', 1, 1),
    classes: options.integer('classes', 1, 1),
    softmax: options.flag('softmax'),
    sqrt: options.flag('sqrt'),
  };
}

/** YOLOv2's head. */
export function declareRegion(
  options: SectionReader,
  { tree }: { readonly tree?: ClassTree },
  remark: Remark,
): LayerDeclaration {
  const coords = options.integer('coords', 4, 1);
  if (coords !== 4) {
    options.refuse('DT_CFG_VALUE', `coords=${coords} is not supported, only coords=4 (x, y, width, height)`);
  }
  const anchors = readAnchors(options, [], remark);
  const classes = options.integer('classes', 20, 0);
  if (tree !== undefined && tree.parents.length !== classes) {
    options.refuse('DT_CFG_VALUE', `classes=${classes}, and the tree has ${tree.parents.length}`);
  }
  return {
    kind: 'region',
    classes,
    ...(tree === undefined ? {} : { tree }),
    coords,
    softmax: options.flag('softmax'),
    anchors,
  };
}

/** The head of YOLOv3 and later, and of Gaussian YOLOv3: some of the anchors are this level's. */
export function declareYolo(options: SectionReader, kind: 'yolo' | 'Gaussian_yolo', remark: Remark): LayerDeclaration {
  const named = options.numbers('mask');
  const all = readAnchors(options, named ?? [], remark);
  const mask = named ?? all.map((_, index) => index);
  const anchors = mask.flatMap((index) => (all[index] === undefined ? [] : [all[index]]));
  if (anchors.length !== mask.length) {
    const { length } = all;
    options.refuse('DT_CFG_VALUE', `mask=${mask.join(',')} must name anchors from 0 to ${length - 1} (num=${length})`);
  }
  return {
    kind: 'yolo',
    classes: options.integer('classes', 20, 1),
    anchors: Object.freeze(anchors),
    scaleXY: options.number('scale_x_y', 1),
    hasNewCoords: options.flag('new_coords'),
    distanceExponent: readDistanceExponent(options),
    ...(kind === 'yolo' ? {} : { hasUncertainties: true }),
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

/**
 * [width, height] each. As in Darknet, numbers that are missing are 0.5, and further ones are not read. Where the mask names anchors beyond
 * `num` that are there, they are taken: Darknet reads past the end of its memory then.
 *
 * @param remark receives that `num` and the anchors do not fit.
 */
function readAnchors(options: SectionReader, mask: readonly number[], remark: Remark): readonly Anchor[] {
  const count = options.integer('num', 1, 1);
  const given = options.numbers('anchors') ?? [];
  const named = Math.max(count, ...mask.map((index) => index + 1));
  const wanted = named > count && 2 * named <= given.length ? named : count;
  const line = options.section.options.get('anchors')?.line;
  if (wanted > count) {
    remark(
      `${options.where}: num=${count}, and mask names anchor ${named - 1}: the ${given.length / 2} anchors of line ${line} ` +
        `are taken, where Darknet reads past them; write num=${given.length / 2}`,
    );
  }
  if (line !== undefined && given.length < 2 * wanted) {
    remark(
      `${options.where}: num=${count} needs ${2 * count} anchor numbers, and line ${line} has ${given.length}: the missing ones ` +
        'are 0.5, as in Darknet; correct the anchors, between which there must be commas',
    );
  }
  const numbers = Array.from({ length: 2 * wanted }, (_, i) => given[i] ?? 0.5);
  if (!numbers.every((value) => value > 0)) options.refuse('DT_CFG_VALUE', 'anchors must be above 0', line);
  return Object.freeze(
    Array.from({ length: wanted }, (_, i) => Object.freeze([numbers[2 * i]!, numbers[2 * i + 1]!] as const)),
  );
}
