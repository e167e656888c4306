import { seededRandom } from '../../model/seeded-random.js';
import { type Estimate, resample } from '../statistics/estimate.js';
import { median, quantile } from '../statistics/statistics.js';
import type { PointKey } from './experiments/experiment.js';
import type { Metric, Point, Points } from './experiments/point.js';

/** What a statement is checked with: reads medians of points, null where there is no such point. */
export type Read = (metric: Metric, key: PointKey) => number | null;

/** Something made of several points, such as a speedup; null when one of them is not there. */
export type Estimator = (read: Read) => number | null;

const RESAMPLES = 1_000;
const TAIL = 0.025;
/** Of the bootstrap: any will do, as long as it is the same. */
const SEED = 1;

/**
 * The estimator's value, and a confidence interval by the percentile bootstrap: all points' samples are drawn again with
 * replacement, and what is made of them is made of each draw.
 */
export function estimate(points: Points, estimator: Estimator): Estimate | null {
  const value = estimator((metric, key) => points.value(metric, key));
  if (value === null) return null;
  let sampled = false;
  const random = seededRandom(SEED);
  const draw = () => {
    const drawn = new Map<Point, Map<Metric, number>>();
    return estimator((metric, key) => {
      const point = points.find(key);
      if (point === null) return null;
      const samples = point.samples[metric];
      if (samples.length > 1) sampled = true;
      const ofPoint = drawn.get(point) ?? new Map<Metric, number>();
      drawn.set(point, ofPoint);
      const known = ofPoint.get(metric) ?? median(resample(samples, random));
      ofPoint.set(metric, known);
      return known;
    });
  };
  const draws = [draw()];
  if (!sampled) return { value, low: null, high: null };
  while (draws.length < RESAMPLES) draws.push(draw());
  const known = draws.filter((one) => one !== null);
  return { value, low: quantile(known, TAIL), high: quantile(known, 1 - TAIL) };
}

/** Of one metric of one point. */
export function estimateOf(points: Points, metric: Metric, key: PointKey): Estimate | null {
  return estimate(points, (read) => read(metric, key));
}
