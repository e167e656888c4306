import { DeepThingsError } from '../../errors.js';
import { COCO_LABELS } from '../../model/built-in/coco-labels.js';
import type { DetectionLimits } from '../detection.js';
import type { HeadFamily, HeadName } from '../head-family.js';
import { type InputSettings, type PictureInput, usualInputSettings } from '../input-settings.js';
import { COCO_ID_LABELS, parseClassNames } from './class-names.js';
import { matchBoxesAndScores, matchClassifier, matchList, matchSeparateLists } from './match-lists.js';
import { matchCentres, matchNanoDet, matchSsdAnchors } from './match-maps.js';
import { matchYolov5, matchYolov8, matchYolox } from './match-rows.js';
import type { OutputShape } from './output-shape.js';

/** A head that a graph's outputs may be, with what its family usually has. */
export interface RecognisedHead<Family extends HeadFamily = HeadFamily> {
  readonly family: Family;
  /** By class; a class without one is called by its number. */
  readonly labels: readonly string[];
  readonly input: InputSettings;
  readonly limits: DetectionLimits;
}

/** Families whose classes are COCO's own ids. */
const BY_COCO_ID: readonly HeadName[] = ['ssd', 'ssd-anchors', 'rf-detr'];

/**
 * Returns the heads that a graph's outputs may be, by their shapes. Of several those whose classes are as many as the file
 * has names, or else COCO's 80, come alone; more than one is left where shapes do not tell: YOLOX and YOLOv5 with a row a
 * cell, for instance.
 *
 * @param metadata of the file; leave `names` out where the user gives labels.
 * @returns none when no family fits.
 * @throws DT_MODEL_CLASS_NAMES
 */
export function recogniseHead(
  outputs: readonly OutputShape[],
  input: PictureInput,
  metadata: ReadonlyMap<string, string>,
): readonly RecognisedHead[] {
  const heads = fittingHeads(outputs, input, metadata);
  const classes = heads.names?.length ?? COCO_LABELS.length;
  const likely = heads.families.filter((family) => (classesOf(family) ?? classes) === classes);
  return (likely.length > 0 ? likely : heads.families).map((family) =>
    describeHead(family, input, heads.names, metadata),
  );
}

/**
 * Returns the head of a graph.
 *
 * @param asked the family that the user names; shapes alone decide without.
 * @throws DT_HEAD_UNKNOWN when no family fits, not the one that is asked for, or several do and none is asked for;
 * DT_MODEL_CLASS_NAMES.
 */
export function chooseHead(
  outputs: readonly OutputShape[],
  input: PictureInput,
  metadata: ReadonlyMap<string, string>,
  asked?: HeadName,
): RecognisedHead {
  const heads = recogniseHead(outputs, input, metadata);
  if (asked === undefined && heads.length === 1) return heads[0]!;
  const likely = heads.find(({ family }) => family.kind === asked);
  if (likely !== undefined) return likely;
  const { families, names } = fittingHeads(outputs, input, metadata);
  const family = families.find(({ kind }) => kind === asked);
  if (family !== undefined) return describeHead(family, input, names, metadata);
  throw unknownHead(outputs, input, [...new Set(heads.map(({ family: { kind } }) => kind))], asked);
}

function unknownHead(
  outputs: readonly OutputShape[],
  { height, width }: PictureInput,
  fitting: readonly HeadName[],
  asked: HeadName | undefined,
): DeepThingsError {
  const shapes = outputs.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', ');
  const remedy =
    fitting.length === 0 ? '' : `: say which it is, ${fitting.join(' or ')} (head in cluster.yaml, --head of commands)`;
  const fit = asked !== undefined ? `not the head ${asked}` : fitting.length === 0 ? 'no known head' : 'several heads';
  return new DeepThingsError(
    'DT_HEAD_UNKNOWN',
    `the outputs ${shapes} of an input of ${width} x ${height} fit ${fit}${remedy}`,
  );
}

function fittingHeads(
  outputs: readonly OutputShape[],
  input: PictureInput,
  metadata: ReadonlyMap<string, string>,
): { readonly families: readonly HeadFamily[]; readonly names: readonly string[] | undefined } {
  const text = metadata.get('names');
  const names = text === undefined ? undefined : parseClassNames(text);
  const families = [
    ...matchYolox(outputs, input),
    ...matchYolov5(outputs, input),
    ...matchYolov8(outputs, input, names?.length),
    ...matchList(outputs),
    ...matchSeparateLists(outputs),
    ...matchBoxesAndScores(outputs, input),
    ...matchNanoDet(outputs, input),
    ...matchSsdAnchors(outputs),
    ...matchCentres(outputs, input),
    ...matchClassifier(outputs),
  ];
  return { families, names };
}

function describeHead(
  family: HeadFamily,
  picture: PictureInput,
  names: readonly string[] | undefined,
  metadata: ReadonlyMap<string, string>,
): RecognisedHead {
  const input = usualInputSettings(family, picture, metadata);
  return { family, labels: labelsOf(family, names), input, limits: LIMITS[family.kind] };
}

function labelsOf(family: HeadFamily, names: readonly string[] | undefined): readonly string[] {
  const classes = classesOf(family);
  if (names !== undefined && (classes === undefined || names.length === classes)) return names;
  if (family.kind === 'centerface') return ['face'];
  const ids = BY_COCO_ID.includes(family.kind) ? COCO_ID_LABELS : COCO_LABELS;
  if (classes === undefined || classes === ids.length) return ids;
  if (classes === COCO_LABELS.length) return COCO_LABELS;
  return Array.from({ length: classes }, (_, index) => `class ${index}`);
}

/** Undefined where the outputs do not show it. */
function classesOf(family: HeadFamily): number | undefined {
  return 'classes' in family && typeof family.classes === 'number' ? family.classes : undefined;
}

/** The limits that the families' own programs have. */
const LIMITS: Readonly<Record<HeadName, DetectionLimits>> = {
  detection: { threshold: 0.2, nms: 0.4 },
  region: { threshold: 0.5, nms: 0.45 },
  yolo: { threshold: 0.5, nms: 0.45 },
  yolox: { threshold: 0.3, nms: 0.45 },
  yolov5: { threshold: 0.25, nms: 0.45 },
  yolov8: { threshold: 0.25, nms: 0.7 },
  'end-to-end': { threshold: 0.25, nms: 1 },
  'yolo-nas': { threshold: 0.25, nms: 1 },
  'yolo-nas-raw': { threshold: 0.25, nms: 0.7 },
  detr: { threshold: 0.4, nms: 1 },
  'rf-detr': { threshold: 0.5, nms: 1 },
  ssd: { threshold: 0.5, nms: 1 },
  'ssd-anchors': { threshold: 0.5, nms: 0.6 },
  nanodet: { threshold: 0.4, nms: 0.6 },
  centerface: { threshold: 0.5, nms: 0.3 },
  classifier: { threshold: 0, nms: 1 },
};
