import { type GangForecast, gangMs } from './gang-forecast.js';

/** A frame counts for less with each later one, by this factor. */
const AGING = 0.96;
/** Before frames were measured: handing a device its task and taking its result. */
const PRIOR_MS = 10;
/** A frame takes less than its devices were predicted to be busy by this share at the most. */
const LEAST = 0.25;
/** Two frames by this prior, of one and of so many devices, count beside those that were measured. */
const PRIOR_SIZES = [1, 8];

/** Weighted sums over frames: of ones, sizes, their squares, times, and sizes times times. Plain frozen data. */
export type GangOverheads = readonly [weight: number, size: number, squares: number, ms: number, products: number];

export const NO_OVERHEADS: GangOverheads = [0, 0, 0, 0, 0];

/**
 * Notes what a frame took beside the time that its devices were predicted to be busy: handing out tasks and pictures, waiting for strips, taking results.
 * It is below 0 where they were busy for less than predicted: without these frames, times that vary by chance would count as overhead.
 *
 * @param tookMs from the forming of the gang to its last result. What is beside that more than half of what one device takes for a frame does
 * not count: a device may have loaded the model. Nor does what is below it by more than a quarter of the predicted time.
 */
export function withFrame(
  sums: GangOverheads,
  forecast: GangForecast,
  devices: readonly string[],
  tookMs: number,
): GangOverheads {
  const busyMs = gangMs(forecast, devices);
  const ms = Math.min(Math.max(-LEAST * busyMs, tookMs - busyMs), forecast.sizesMs[0]! / 2);
  const size = devices.length;
  const added = [1, size, size * size, ms, size * ms];
  return sums.map((sum, i) => sum * AGING + added[i]!) as unknown as GangOverheads;
}

/** Adds the overhead to predicted times: a line over the number of devices that fits the latest frames best. */
export function corrected(forecast: GangForecast, sums: GangOverheads): GangForecast {
  let [weight, size, squares, ms, products] = sums;
  for (const prior of PRIOR_SIZES) {
    weight += 1;
    size += prior;
    squares += prior * prior;
    ms += prior * PRIOR_MS;
    products += prior * prior * PRIOR_MS;
  }
  const slope = Math.max(0, (weight * products - size * ms) / (weight * squares - size * size));
  const base = (ms - slope * size) / weight;
  const sizesMs = forecast.sizesMs.map((busyMs, i) => busyMs + Math.max(-LEAST * busyMs, base + slope * (i + 1)));
  return { ...forecast, sizesMs };
}
