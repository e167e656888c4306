import type { GangPlanName } from '../../geometry/gang/gang-plan.js';
import { medianOf } from '../median.js';

/** Frames of one size whose times are kept. */
const WINDOW = 15;

/** Times from the forming of a gang to its last block. Plain frozen data. */
interface GangTime {
  /** Of the first frame: each member loads its parts of the model, as it does again for blocks of another size. */
  readonly firstMs: number;
  readonly latestMs: readonly number[];
}

/** Gangs that take about as long as each other. */
export interface GangKind {
  readonly plan: GangPlanName;
  readonly members: number;
}

/** Times of gangs for a frame, by kind. */
export type GangTimes = ReadonlyMap<string, GangTime>;

/** Returns the times with those of one frame more. */
export function withGangTime(times: GangTimes, gang: GangKind, ms: number): GangTimes {
  const { firstMs, latestMs } = times.get(keyOf(gang)) ?? { firstMs: ms, latestMs: [] };
  return new Map(times).set(keyOf(gang), { firstMs, latestMs: [...latestMs, ms].slice(-WINDOW) });
}

function keyOf({ members, plan }: GangKind): string {
  return `${plan} ${members}`;
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
 * @returns ms; null where nothing is known of gangs of this kind.
 */
export function gangLeaseMs(times: GangTimes, gang: GangKind, { factor, floorMs }: GangAllowance): number | null {
  const known = times.get(keyOf(gang));
  if (known === undefined) return null;
  return Math.max(floorMs + known.firstMs, factor * medianOf(known.latestMs)!);
}
