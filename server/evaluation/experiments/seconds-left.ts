import type { AnyExperiment } from './stored-experiment.js';

type Expected = Pick<AnyExperiment, 'kind' | 'expectedSeconds'>;

/** An experiment that is done, and what it took. */
export interface Spent extends Expected {
  readonly seconds: number;
}

/** How long the rest will take: what was expected, by as much more or less as those of its kind took so far. */
export function secondsLeft(left: readonly Expected[], done: readonly Spent[]): number {
  return left.reduce((sum, { expectedSeconds, kind }) => {
    const alike = done.filter((one) => one.kind === kind);
    const expected = alike.reduce((total, one) => total + one.expectedSeconds, 0);
    const spent = alike.reduce((total, one) => total + one.seconds, 0);
    return sum + expectedSeconds * (expected > 0 ? spent / expected : 1);
  }, 0);
}
