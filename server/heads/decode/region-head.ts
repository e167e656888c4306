import { sigmoid, softmax } from '../class-scores.js';
import { mostSpecific, treeProbabilities } from '../class-tree.js';
import type { RegionFamily } from '../head-family.js';
import { floatsOf, type HeadOutputs } from '../head-output.js';
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
export function decodeRegion(outputs: HeadOutputs, family: RegionFamily, list: CandidateList): void {
  const { anchors, height, output, width } = family;
  const entries = BEFORE_SCORES + family.classes;
  const cells = height * width;
  const data = floatsOf(outputs, output, [1, anchors.length * entries, height, width]);
  for (let cell = 0; cell < cells; cell++) {
    for (const [anchor, [anchorWidth, anchorHeight]] of anchors.entries()) {
      const at = (entry: number) => data[(anchor * entries + entry) * cells + cell]!;
      const objectness = sigmoid(at(4));
      if (!(objectness > list.threshold)) continue;
      const column = cell % width;
      const row = (cell - column) / width;
      const box = {
        cx: (column + sigmoid(at(0))) / width,
        cy: (row + sigmoid(at(1))) / height,
        width: (Math.exp(at(2)) * anchorWidth) / width,
        height: (Math.exp(at(3)) * anchorHeight) / height,
      };
      list.addScores(box, scoreClasses(family, objectness, at));
    }
  }
}

function scoreClasses(
  { classes, isSoftmax, tree }: RegionFamily,
  objectness: number,
  at: (entry: number) => number,
): readonly number[] {
  if (classes === 0) return [objectness];
  const logits = Array.from({ length: classes }, (_, index) => at(BEFORE_SCORES + index));
  if (tree !== undefined) {
    const found = mostSpecific(treeProbabilities(logits, tree), tree, TREE_THRESHOLD);
    return logits.map((_, index) => (index === found ? objectness : 0));
  }
  const probabilities = isSoftmax ? softmax(logits) : logits.map(sigmoid);
  return probabilities.map((probability) => objectness * probability);
}
