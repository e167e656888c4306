import { bootstrapInterval, median, quantile } from './statistics.js';

/** Quantiles of a sample, and the interval that has its median with 95 % confidence. */
export interface Spread {
  readonly p10: number;
  readonly p90: number;
  readonly medianLow: number;
  readonly medianHigh: number;
}

/** Of the bootstrap: any will do, as long as it is the same. */
const SEED = 1;

/** @throws RangeError without samples. */
export function spreadOf(samples: readonly number[]): Spread {
  const { low, high } = bootstrapInterval(samples, median, { seed: SEED });
  return { p10: quantile(samples, 0.1), p90: quantile(samples, 0.9), medianLow: low, medianHigh: high };
}
