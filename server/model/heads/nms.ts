import { intersectionOverUnion } from './box.js';
import type { Candidate } from './region-head.js';

/** One class of one candidate that no better box of the class covers. */
export interface Survivor {
  readonly candidate: Candidate;
  readonly classIndex: number;
  readonly score: number;
}

/**
 * Non-maximum suppression class by class, as Darknet's: of two boxes of one class with an intersection over union above
 * `limit`, the one with the lower score goes. One box may stay for several classes.
 *
 * @returns survivors by class, then by score, highest first; equal scores in the candidates' order.
 */
export function suppressNonMaxima(candidates: readonly Candidate[], limit: number): readonly Survivor[] {
  const classes = candidates[0]?.scores.length ?? 0;
  const survivors: Survivor[] = [];
  for (let classIndex = 0; classIndex < classes; classIndex++) {
    const kept: Survivor[] = [];
    const ranked = candidates
      .map((candidate) => ({ candidate, classIndex, score: candidate.scores[classIndex]! }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score);
    for (const contender of ranked) {
      const { box } = contender.candidate;
      if (!kept.some((better) => intersectionOverUnion(better.candidate.box, box) > limit)) {
        kept.push(contender);
      }
    }
    survivors.push(...kept);
  }
  return survivors;
}
