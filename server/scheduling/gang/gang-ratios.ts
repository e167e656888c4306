import type { GangForecast } from './gang-forecast.js';

/** A time counts for less with each later one, by this factor. */
const AGING = 0.96;
/** Times of other sizes count beside those of a size as much as so many of its own. */
const OTHERS = 2;
/** Of one frame: what takes longer has met something else, such as a model that is loaded. */
const MOST = 2;

interface Ratios {
  readonly sum: number;
  readonly weight: number;
}

/** Times of frames as shares of what was predicted, by number of devices. Plain frozen data. */
export type GangRatios = ReadonlyMap<number, Ratios>;

/** @param ratio of a frame's time to the predicted one. */
export function withRatio(ratios: GangRatios, size: number, ratio: number): GangRatios {
  const next = new Map<number, Ratios>();
  for (const [of, { sum, weight }] of ratios) next.set(of, { sum: sum * AGING, weight: weight * AGING });
  const { sum, weight } = next.get(size) ?? { sum: 0, weight: 0 };
  return next.set(size, { sum: sum + Math.min(MOST, ratio), weight: weight + 1 });
}

/** Corrects predicted times by those that frames took lately: of the same size first of all. */
export function corrected(forecast: GangForecast, ratios: GangRatios): GangForecast {
  let [sum, weight] = [0, 0];
  for (const one of ratios.values()) [sum, weight] = [sum + one.sum, weight + one.weight];
  if (weight === 0) return forecast;
  const usual = sum / weight;
  const sizesMs = forecast.sizesMs.map((ms, i) => {
    const own = ratios.get(i + 1) ?? { sum: 0, weight: 0 };
    return (ms * (own.sum + OTHERS * usual)) / (own.weight + OTHERS);
  });
  return { ...forecast, sizesMs };
}
