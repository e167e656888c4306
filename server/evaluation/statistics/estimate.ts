import { type SeededRandom, seededRandom } from '../../model/seeded-random.js';
import { spreadOf } from './spread.js';
import { median, quantile } from './statistics.js';

/** A value and where it lies with 95 % confidence. The bounds are null where nothing was sampled more than once. */
export interface Estimate {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

const RESAMPLES = 1_000;
const TAIL = 0.025;
/** Of the bootstrap: any will do, as long as it is the same. */
const SEED = 1;

/** @throws RangeError without samples. */
export function medianEstimate(samples: readonly number[]): Estimate {
  const value = median(samples);
  if (samples.length === 1) return { value, low: null, high: null };
  const { medianHigh, medianLow } = spreadOf(samples);
  return { value, low: medianLow, high: medianHigh };
}

/**
 * The ratio of two medians whose samples are of different clusters: both are drawn again with replacement.
 *
 * @throws RangeError without samples.
 */
export function ratioEstimate(over: readonly number[], under: readonly number[]): Estimate {
  const value = median(over) / median(under);
  if (over.length === 1 && under.length === 1) return { value, low: null, high: null };
  const random = seededRandom(SEED);
  const draws = Array.from(
    { length: RESAMPLES },
    () => median(resample(over, random)) / median(resample(under, random)),
  );
  return { value, low: quantile(draws, TAIL), high: quantile(draws, 1 - TAIL) };
}

/** The samples drawn again, with replacement. */
export function resample(samples: readonly number[], random: SeededRandom): readonly number[] {
  if (samples.length === 1) return samples;
  return samples.map(() => samples[Math.floor(random() * samples.length)]!);
}
