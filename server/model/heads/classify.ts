import { DeepThingsError } from '../../errors.js';
import type { SoftmaxLayer } from '../../formats/darknet/layers.js';
import type { Network } from '../network.js';

/** How sure a classifier is of one class. */
export interface ClassScore {
  readonly label: string;
  readonly classIndex: number;
  /** 0 to 1; those of all classes add up to 1. */
  readonly score: number;
}

/** How many classes a result names. */
const NAMED = 5;

/**
 * Makes a classification of the output of the layer before the head, by Darknet's softmax.
 *
 * @param headOutput raw, a number for each class.
 * @returns the five best classes, or all when there are fewer; best first, of equals the first.
 * @throws DT_HEAD_OUTPUT when the output is not the head's or has numbers that are not finite.
 */
export function classify(headOutput: Float32Array, head: SoftmaxLayer, { labels }: Network): readonly ClassScore[] {
  const classes = head.input.channels;
  if (headOutput.length !== classes || !headOutput.every(Number.isFinite)) {
    throw new DeepThingsError(
      'DT_HEAD_OUTPUT',
      `the classifier's head expects ${classes} finite numbers and gets ${headOutput.length}` +
        `${headOutput.length === classes ? ', not all finite: the weights do not fit the model' : ''}`,
    );
  }
  return bestClasses(softmax(headOutput), labels);
}

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
