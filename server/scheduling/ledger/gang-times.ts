import { medianOf } from '../median.js';

/** Frames of one size whose times are kept. */
const WINDOW = 15;

/** Times from the forming of a gang to its last block. Plain frozen data. */
interface GangTime {
  /** Of the first frame: each member loads its parts of the model, as it does again for blocks of another size. */
  readonly firstMs: number;
  readonly latestMs: readonly number[];
}

/** Times of gangs for a frame, by number of members. */
export type GangTimes = ReadonlyMap<number, GangTime>;

/** Returns the times with those of one frame more. */
export function withGangTime(times: GangTimes, members: number, ms: number): GangTimes {
  const { firstMs, latestMs } = times.get(members) ?? { firstMs: ms, latestMs: [] };
  return new Map(times).set(members, { firstMs, latestMs: [...latestMs, ms].slice(-WINDOW) });
}

export interface GangAllowance {
  /** A frame may take this many times what frames take. */
  readonly factor: number;
  readonly floorMs: number;
}

/**
 * Returns the time that a gang may take for a frame, from when all its members have begun: a multiple of the median, but not less than the floor
 * and the time of a first frame.
 *
 * @returns ms; null where nothing is known of gangs of this size.
 */
export function gangLeaseMs(times: GangTimes, members: number, { factor, floorMs }: GangAllowance): number | null {
  const known = times.get(members);
  if (known === undefined) return null;
  return Math.max(floorMs + known.firstMs, factor * medianOf(known.latestMs)!);
}
