import { seededRandom } from '../../model/seeded-random.js';

/** Bounds that hold a statistic with a given confidence. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  readonly seed: number;
  /** Share of resamples whose statistic lies inside, 0 to 1. */
  readonly confidence?: number;
  readonly resamples?: number;
}

const CONFIDENCE = 0.95;
const RESAMPLES = 2_000;

/**
 * The value that a share of the samples does not exceed, straight lines between neighbouring samples (type 7 of Hyndman
 * and Fan, which R and NumPy use by default).
 *
 * @param share 0 to 1.
 * @throws RangeError without samples, or for a share that is none.
 */
export function quantile(samples: readonly number[], share: number): number {
  if (samples.length === 0) throw new RangeError('there are no samples');
  if (!(share >= 0 && share <= 1)) throw new RangeError(`a share from 0 to 1 is expected, not ${share}`);
  const sorted = [...samples].sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)]!;
  const above = sorted[Math.ceil(position)]!;
  return below + (above - below) * (position - Math.floor(position));
}

/** @throws RangeError without samples. */
export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

/**
 * A confidence interval of a statistic by the percentile bootstrap (Efron 1979): the samples are drawn again with
 * replacement, and the statistic is taken of each draw. One sample says nothing of its spread: the interval is then empty.
 *
 * @throws RangeError without samples.
 */
export function bootstrapInterval(
  samples: readonly number[],
  statistic: (samples: readonly number[]) => number,
  { seed, confidence = CONFIDENCE, resamples = RESAMPLES }: BootstrapOptions,
): Interval {
  if (samples.length === 0) throw new RangeError('there are no samples');
  const random = seededRandom(seed);
  const draw = () => samples[Math.floor(random() * samples.length)]!;
  const statistics = Array.from({ length: resamples }, () => statistic(samples.map(draw)));
  const tail = (1 - confidence) / 2;
  return { low: quantile(statistics, tail), high: quantile(statistics, 1 - tail) };
}
