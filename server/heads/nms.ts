import { type Box, intersectionOverUnion } from './box.js';

/** A box that a head proposes for one class. */
export interface Candidate {
  /** Fractions of the network's input. */
  readonly box: Box;
  readonly classIndex: number;
  /** Above the head's threshold. */
  readonly score: number;
}

/**
 * Non-maximum suppression class by class, as Darknet's: of two boxes of one class with an overlap above `limit`, the one
 * with the lower score goes. One box may stay for several classes.
 *
 * @param overlap intersection over union when not given.
 * @returns survivors by class, then by score, highest first; equal scores in the candidates' order.
 */
export function suppressNonMaxima(
  candidates: readonly Candidate[],
  limit: number,
  overlap: (a: Box, b: Box) => number = intersectionOverUnion,
): readonly Candidate[] {
  const survivors: Candidate[] = [];
  let ofClass: Candidate[] = [];
  for (const contender of [...candidates].sort((a, b) => a.classIndex - b.classIndex || b.score - a.score)) {
    if (ofClass[0]?.classIndex !== contender.classIndex) ofClass = [];
    if (ofClass.some(({ box }) => overlap(box, contender.box) > limit)) continue;
    ofClass.push(contender);
    survivors.push(contender);
  }
  return survivors;
}
