/** How sure a classifier is of one class. */
export interface ClassScore {
  readonly label: string;
  readonly classIndex: number;
  /** 0 to 1; those of all classes add up to 1. */
  readonly score: number;
}

/** How many classes a result names. */
const NAMED = 5;

/** The five best classes of all classes' probabilities, or all when there are fewer; best first, of equals the first. */
export function bestClasses(probabilities: ArrayLike<number>, labels: readonly string[]): readonly ClassScore[] {
  return Array.from(probabilities, (score, classIndex) => ({ label: labels[classIndex]!, classIndex, score }))
    .sort((a, b) => b.score - a.score)
    .slice(0, NAMED);
}

/** Probabilities, which add up to 1, of logits. */
export function softmax(logits: ArrayLike<number>): readonly number[] {
  const largest = Array.from(logits).reduce((max, value) => Math.max(max, value), Number.NEGATIVE_INFINITY);
  const powers = Array.from(logits, (value) => Math.exp(value - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** The probability of a logit that stands for itself. */
export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}
