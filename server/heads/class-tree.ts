import { softmax } from './class-scores.js';

/** Classes that follow one another and have one parent: one of them is right if the parent is. */
interface ClassGroup {
  readonly first: number;
  readonly count: number;
}

/** A hierarchy of classes, as YOLO9000 has one of WordNet's nouns. A class comes after its parent. */
export interface ClassTree {
  /** By class; -1 at the top. */
  readonly parents: readonly number[];
  /** The first is the top. */
  readonly groups: readonly ClassGroup[];
}

/**
 * Makes a tree of its classes' parents.
 *
 * @returns null when a class comes before its parent, or the children of one are apart.
 */
export function classTree(parents: readonly number[]): ClassTree | null {
  const groups: { first: number; count: number }[] = [];
  const seen = new Set<number>();
  for (const [index, parent] of parents.entries()) {
    if (parent >= index || (index === 0 && parent !== -1)) return null;
    if (index > 0 && parent === parents[index - 1]) groups.at(-1)!.count += 1;
    else if (seen.has(parent)) return null;
    else groups.push({ first: index, count: 1 });
    seen.add(parent);
  }
  return groups.length === 0 ? null : Object.freeze({ parents: Object.freeze(parents), groups: Object.freeze(groups) });
}

/** Returns how probable each class is, given its parent and with all classes above it: the groups' softmax, multiplied on the way down. */
export function treeProbabilities(logits: ArrayLike<number>, { groups, parents }: ClassTree): number[] {
  const probabilities: number[] = [];
  for (const { count, first } of groups) {
    const group = softmax(Array.from({ length: count }, (_, i) => logits[first + i]!));
    for (const probability of group) probabilities.push(probability);
  }
  for (const [index, parent] of parents.entries()) {
    if (parent >= 0) probabilities[index] = probabilities[index]! * probabilities[parent]!;
  }
  return probabilities;
}

/** Sets classes that others are kinds of to 0. */
export function onlyLeaves(probabilities: readonly number[], { parents }: ClassTree): readonly number[] {
  const inner = new Set(parents);
  return probabilities.map((probability, index) => (inner.has(index) ? 0 : probability));
}

/**
 * Returns the most specific class that is probable enough, as Darknet finds it: from the top down to the best of each group, as long as the
 * product of the probabilities passed exceeds `threshold`.
 */
export function mostSpecific(
  probabilities: readonly number[],
  { groups, parents }: ClassTree,
  threshold: number,
): number {
  const below = new Map(groups.map((group) => [parents[group.first]!, group]));
  let found = -1;
  let product = 1;
  for (let group = below.get(-1); group !== undefined; group = below.get(found)) {
    const { count, first } = group;
    let best = first;
    for (let index = first; index < first + count; index++) {
      if (probabilities[index]! > probabilities[best]!) best = index;
    }
    product *= probabilities[best]!;
    if (product <= threshold) return found === -1 ? best : found;
    found = best;
  }
  return found;
}
