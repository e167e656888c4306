import type { Experiment } from './experiments/experiment.js';

/** An experiment that is done, and what it took. */
export interface Spent {
  readonly kind: Experiment['kind'];
  readonly expectedSeconds: number;
  readonly seconds: number;
}

/** How long the rest will take: what was expected, by as much more or less as those of its kind took so far. */
export function secondsLeft(
  left: readonly Pick<Experiment, 'kind' | 'expectedSeconds'>[],
  done: readonly Spent[],
): number {
  return left.reduce((sum, { expectedSeconds, kind }) => {
    const alike = done.filter((one) => one.kind === kind);
    const expected = alike.reduce((total, one) => total + one.expectedSeconds, 0);
    const spent = alike.reduce((total, one) => total + one.seconds, 0);
    return sum + expectedSeconds * (expected > 0 ? spent / expected : 1);
  }, 0);
}
