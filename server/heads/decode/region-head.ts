import { sigmoid } from '../class-scores.js';
import { mostSpecific, treeProbabilities } from '../class-tree.js';
import type { RegionFamily } from '../head-family.js';
import { type HeadParts, mapCells } from '../head-output.js';
import type { CandidateList } from './candidate-list.js';

/** x, y, width, height, objectness. */
const BEFORE_SCORES = 5;

/** Darknet's: a class of a hierarchy must be as probable. */
const TREE_THRESHOLD = 0.5;

/**
 * Adds every class above the threshold of every anchor of every cell, as Darknet decodes YOLOv2's head (`x = (column + sigmoid(tx)) / w`,
 * `width = exp(tw) * anchor / w`); objectness must exceed the threshold as the score must. A head without classes scores by
 * objectness alone (class 0).
 *
 * @throws DT_HEAD_OUTPUT
 */
export function decodeRegion(outputs: HeadParts, family: RegionFamily, list: CandidateList): void {
  const { anchors, height, output, width } = family;
  const entries = BEFORE_SCORES + family.classes;
  const { across, count, data, x0, y0 } = mapCells(outputs, output, anchors.length * entries, { height, width });
  const scores = new Float64Array(Math.max(1, family.classes));
  for (let cell = 0; cell < count; cell++) {
    for (const [anchor, [anchorWidth, anchorHeight]] of anchors.entries()) {
      const first = anchor * entries * count + cell;
      const at = (entry: number) => data[first + entry * count]!;
      const objectness = sigmoid(at(4));
      if (!(objectness > list.threshold)) continue;
      if (!scoreClasses(scores, family, objectness, { data, first: first + BEFORE_SCORES * count, step: count }, list))
        continue;
      const column = cell % across;
      const row = (cell - column) / across;
      const box = {
        cx: (x0 + column + sigmoid(at(0))) / width,
        cy: (y0 + row + sigmoid(at(1))) / height,
        width: (Math.exp(at(2)) * anchorWidth) / width,
        height: (Math.exp(at(3)) * anchorHeight) / height,
      };
      list.addScores(box, scores);
    }
  }
}

/** The classes' logits of one anchor of one cell. */
interface Logits {
  readonly data: Float32Array;
  readonly first: number;
  readonly step: number;
}

/** Writes the scores of one anchor. @returns whether one of them exceeds the threshold. */
function scoreClasses(
  scores: Float64Array,
  { classes, isSoftmax, tree }: RegionFamily,
  objectness: number,
  { data, first, step }: Logits,
  { threshold }: CandidateList,
): boolean {
  if (classes === 0) {
    scores[0] = objectness;
    return true;
  }
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0, at = first; i < classes; i++, at += step) {
    scores[i] = data[at]!;
    largest = Math.max(largest, data[at]!);
  }
  if (tree !== undefined) {
    const found = mostSpecific(treeProbabilities(scores, tree), tree, TREE_THRESHOLD);
    scores.fill(0);
    scores[found] = objectness;
    return true;
  }
  if (!isSoftmax) {
    if (!(objectness * sigmoid(largest) > threshold)) return false;
    for (let i = 0; i < classes; i++) scores[i] = objectness * sigmoid(scores[i]!);
    return true;
  }
  let sum = 0;
  for (let i = 0; i < classes; i++) {
    scores[i] = Math.exp(scores[i]! - largest);
    sum += scores[i]!;
    // The largest class has 1 / sum, and the sum only grows.
    if (!(objectness > threshold * sum)) return false;
  }
  for (let i = 0; i < classes; i++) scores[i] = (objectness * scores[i]!) / sum;
  return true;
}
