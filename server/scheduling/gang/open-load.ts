/** The number of open frames, averaged over the time that has passed. Plain data. */
export interface OpenLoad {
  readonly frames: number;
  readonly atMs: number;
}

/**
 * Returns the average as of now.
 *
 * @param open frames since the average was taken.
 * @param periodMs what was so long ago counts for a third.
 */
export function loadAt({ atMs, frames }: OpenLoad, open: number, nowMs: number, periodMs: number): OpenLoad {
  return { frames: open + (frames - open) * Math.exp((atMs - nowMs) / periodMs), atMs: nowMs };
}
