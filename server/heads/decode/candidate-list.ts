import type { Box } from '../box.js';
import { headError, type InputExtent } from '../head-output.js';
import type { Candidate } from '../nms.js';

/**
 * Collects the boxes above a threshold, in pixels of the input. Leaves out a box whose right edge is left of its left one,
 * or its bottom above its top: there is nothing in it.
 */
export class CandidateList {
  readonly #input: InputExtent;
  readonly #candidates: Candidate[] = [];
  /** Scores must exceed it. */
  readonly threshold: number;

  constructor(input: InputExtent, threshold: number) {
    this.#input = input;
    this.threshold = threshold;
  }

  get candidates(): readonly Candidate[] {
    return this.#candidates;
  }

  /** @throws DT_HEAD_OUTPUT for a box that is not finite. */
  addCentred(cx: number, cy: number, width: number, height: number, classIndex: number, score: number): void {
    const extents = this.#input;
    const box = {
      cx: cx / extents.width,
      cy: cy / extents.height,
      width: width / extents.width,
      height: height / extents.height,
    };
    this.#add(box, classIndex, score);
  }

  /**
   * Adds a box for each class whose score exceeds the threshold.
   *
   * @param box fractions of the input.
   * @param scores by class.
   * @throws DT_HEAD_OUTPUT for a box that is not finite.
   */
  addScores(box: Box, scores: ArrayLike<number>): void {
    for (let classIndex = 0; classIndex < scores.length; classIndex++) {
      const score = scores[classIndex]!;
      if (score > this.threshold) this.#add(box, classIndex, Math.fround(score));
    }
  }

  /** @throws DT_HEAD_OUTPUT for a box that is not finite, or a class that is not a whole number from 0. */
  addCorners(x1: number, y1: number, x2: number, y2: number, classIndex: number, score: number): void {
    if (!Number.isInteger(classIndex) || classIndex < 0) {
      throw headError(`a box of the head has class ${classIndex}, and classes are whole numbers from 0`);
    }
    this.addCentred((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1, classIndex, score);
  }

  #add(box: Box, classIndex: number, score: number): void {
    const { cx, cy, height, width } = box;
    if (!Number.isFinite(cx + cy + width + height)) {
      throw headError(`a box of the head has the extents ${width} x ${height}: its activations overflow`);
    }
    if (width >= 0 && height >= 0) this.#candidates.push({ box, classIndex, score });
  }
}
