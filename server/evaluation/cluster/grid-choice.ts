/** Grids among which the simulator chooses. */
export const TRIED_GRIDS = ['2x2', '3x3', '4x4', '5x5'] as const;

/** What the simulator says of `ftp-wst-s` with a grid. */
export interface TriedGrid {
  readonly grid: string;
  /** Of one frame at a time; null when frames failed. */
  readonly frameSeconds: number | null;
  /** Of six cameras. */
  readonly framesPerSecond: number;
}

/**
 * The best grid of a cluster for both loads, which share its nodes: the one with the least product of a frame's seconds and
 * the seconds for each frame of six cameras. Null where no grid works.
 */
export function bestGrid(tried: readonly TriedGrid[]): TriedGrid | null {
  const cost = ({ frameSeconds, framesPerSecond }: TriedGrid) =>
    frameSeconds === null || framesPerSecond <= 0 ? Number.POSITIVE_INFINITY : frameSeconds / framesPerSecond;
  const usable = tried.filter((one) => Number.isFinite(cost(one)));
  return usable.reduce<TriedGrid | null>((best, one) => (best === null || cost(one) < cost(best) ? one : best), null);
}
