import { type Spread, spreadOf } from '../statistics/spread.js';
import { median } from '../statistics/statistics.js';
import type { BenchStrategy } from './bench-strategy.js';
import type { MeasuredBatch } from './measured-batch.js';

/** The time of one strategy over that of another, in the same round: above 1 the other one is faster. */
export interface RoundRatios extends Spread {
  /** The strategy whose time is divided. */
  readonly to: BenchStrategy;
  readonly rounds: number;
  readonly median: number;
}

/**
 * Compares a strategy with another one round by round, by the seconds from the first submission of a round to its last answer. A
 * machine that becomes slower changes both times of a round and hardly their ratio.
 *
 * @returns null for a strategy and itself, and without rounds.
 */
export function roundRatios(
  strategy: BenchStrategy,
  to: BenchStrategy,
  batches: readonly MeasuredBatch[],
): RoundRatios | null {
  if (strategy === to) return null;
  const secondsOf = (name: BenchStrategy) =>
    batches.filter(({ batch }) => batch.strategy === name && !batch.warmup).map(({ seconds }) => seconds);
  const [own, others] = [secondsOf(strategy), secondsOf(to)];
  const ratios = own.flatMap((seconds, round) => (others[round] === undefined ? [] : others[round] / seconds));
  if (ratios.length === 0) return null;
  return { to, rounds: ratios.length, median: median(ratios), ...spreadOf(ratios) };
}
