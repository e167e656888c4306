import { unreachable } from '../../errors.js';
import { overlapByDistance } from '../box.js';
import { bestClasses, type ClassScore, softmax } from '../class-scores.js';
import { onlyLeaves, treeProbabilities } from '../class-tree.js';
import { type Detection, type DetectionLimits, detectionOf } from '../detection.js';
import type { ClassifierFamily, DetectorFamily } from '../head-family.js';
import { floatsOf, type HeadOutputs, type HeadParts, type InputExtent } from '../head-output.js';
import { type Candidate, suppressNonMaxima } from '../nms.js';
import type { Placement } from '../placement.js';
import { CandidateList } from './candidate-list.js';
import { decodeCentres } from './centre-head.js';
import { decodeDetection } from './detection-head.js';
import { decodeDetr, decodeList, decodeQueries, decodeSsd } from './listed-heads.js';
import { decodeNanoDet } from './nanodet-head.js';
import { decodeRegion } from './region-head.js';
import { decodeCornerRows, decodeYolov5, decodeYolov8, decodeYolox } from './row-heads.js';
import { decodeSsdAnchors } from './ssd-anchors-head.js';
import { decodeYolo } from './yolo-head.js';

/** Candidates that NMS compares; further ones, of lower scores, go: NMS takes time with their square. */
const MOST_CANDIDATES = 4_096;

/** Families whose boxes are final: the graph has an NMS of its own, or needs none. */
const FINAL: readonly DetectorFamily['kind'][] = ['end-to-end', 'yolo-nas', 'detr', 'rf-detr', 'ssd'];

/**
 * Makes detections of a graph's outputs.
 *
 * @param labels by class; a class without one is called by its number.
 * @param placement where the picture lay on the graph's input.
 * @returns highest score first.
 * @throws DT_HEAD_OUTPUT when the outputs are not the head's, or broken.
 */
export function detectObjects(
  outputs: HeadOutputs,
  { family, labels }: { readonly family: DetectorFamily; readonly labels: readonly string[] },
  placement: Placement,
  limits: DetectionLimits,
): readonly Detection[] {
  const input = { width: placement.inputWidth, height: placement.inputHeight };
  return detectionsOf(
    decodeCandidates(outputs, family, input, limits.threshold),
    { family, labels },
    placement,
    limits,
  );
}

/**
 * Makes detections of the boxes that a head proposes, as `detectObjects` does.
 *
 * @param candidates above the threshold, boxes as fractions of the input.
 * @returns highest score first.
 */
export function detectionsOf(
  candidates: readonly Candidate[],
  { family, labels }: { readonly family: DetectorFamily; readonly labels: readonly string[] },
  placement: Placement,
  limits: Pick<DetectionLimits, 'nms'>,
): readonly Detection[] {
  return keepBest(candidates, family, limits.nms)
    .map((candidate) => detectionOf(candidate, labels, placement))
    .sort((a, b) => b.score - a.score);
}

/**
 * Returns the boxes that the head proposes with a score above `threshold`, before NMS.
 *
 * @param input the extents of the graph's input.
 * @returns boxes as fractions of the input, in the order of the outputs.
 * @throws DT_HEAD_OUTPUT
 */
export function decodeCandidates(
  outputs: HeadParts,
  family: DetectorFamily,
  input: InputExtent,
  threshold: number,
): readonly Candidate[] {
  const list = new CandidateList(input, threshold);
  decodeInto(list, outputs, family, input);
  return list.candidates;
}

/** The candidates that NMS compares: as they are, or where there are too many those of the highest scores. */
export function bestCandidates(candidates: readonly Candidate[]): readonly Candidate[] {
  if (candidates.length <= MOST_CANDIDATES) return candidates;
  return [...candidates].sort((a, b) => b.score - a.score).slice(0, MOST_CANDIDATES);
}

/**
 * Returns the candidates that stay: all of a family whose boxes are final, else those that NMS keeps.
 *
 * @param nms intersection over union above which the lesser of two boxes of one class goes.
 */
function keepBest(candidates: readonly Candidate[], family: DetectorFamily, nms: number): readonly Candidate[] {
  if (FINAL.includes(family.kind)) return candidates;
  const best = bestCandidates(candidates);
  if (family.kind !== 'yolo' || family.distanceExponent === null) return suppressNonMaxima(best, nms);
  return suppressNonMaxima(best, nms, overlapByDistance(family.distanceExponent));
}

/**
 * Makes a classification of a graph's output: numbers that are not probabilities yet (from 0, adding up to 1) become so
 * by softmax.
 *
 * @returns the five best classes, best first.
 * @throws DT_HEAD_OUTPUT
 */
export function classifyOutput(
  outputs: HeadOutputs,
  { family, labels }: { readonly family: ClassifierFamily; readonly labels: readonly string[] },
): readonly ClassScore[] {
  const numbers = floatsOf(outputs, family.output, family.shape);
  const sum = numbers.reduce((total, number) => total + number, 0);
  const mayBeProbabilities = Math.abs(sum - 1) < 1e-3 && numbers.every((number) => number >= 0);
  const areProbabilities = family.areLogits !== true && mayBeProbabilities;
  const { temperature = 1, tree } = family;
  if (areProbabilities) return bestClasses(numbers, labels);
  const logits = numbers.map((number) => number / temperature);
  return bestClasses(tree === undefined ? softmax(logits) : onlyLeaves(treeProbabilities(logits, tree), tree), labels);
}

function decodeInto(list: CandidateList, outputs: HeadParts, family: DetectorFamily, input: InputExtent): void {
  switch (family.kind) {
    case 'detection':
      decodeDetection(outputs, family, list);
      break;
    case 'region':
      decodeRegion(outputs, family, list);
      break;
    case 'yolo':
      decodeYolo(outputs, family, input, list);
      break;
    case 'yolox':
      decodeYolox(outputs, family, input, list);
      break;
    case 'yolov5':
      decodeYolov5(outputs, family, list);
      break;
    case 'yolov8':
      decodeYolov8(outputs, family, list);
      break;
    case 'end-to-end':
    case 'yolo-nas':
      decodeList(outputs, family, list);
      break;
    case 'yolo-nas-raw':
      decodeCornerRows(outputs, family, list);
      break;
    case 'detr':
      decodeDetr(outputs, family, list);
      break;
    case 'rf-detr':
      decodeQueries(outputs, family, input, list);
      break;
    case 'ssd':
      decodeSsd(outputs, family, input, list);
      break;
    case 'ssd-anchors':
      decodeSsdAnchors(outputs, family, input, list);
      break;
    case 'nanodet':
      decodeNanoDet(outputs, family, input, list);
      break;
    case 'centerface':
      decodeCentres(outputs, family, input, list);
      break;
    default:
      unreachable(family);
  }
}
