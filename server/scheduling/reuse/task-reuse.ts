import type { FtpPlan } from '../../geometry/ftp-plan.js';
import type { TileOffer } from '../../geometry/plan-cache.js';
import { regionBytes } from '../../geometry/plan-cost.js';
import { intersectRegions, type Region } from '../../geometry/region.js';
import { allSidesOrNone } from '../../geometry/reuse/all-sides.js';
import { oppositeSide, SIDES, type Side } from '../../geometry/reuse/neighbours.js';
import type { Strip } from '../../geometry/reuse/tile-cut.js';
import type { TileOffers } from '../../geometry/reuse/tile-offer.js';
import type { LinkRates } from '../policy/link-rates.js';
import type { TaskKey } from '../task-key.js';
import type { FetchPolicy } from './fetch-policy.js';
import type { ReuseBook } from './reuse-book.js';
import { type Holder, NO_REUSE, type Reuse } from './tile-reuse.js';

/** What this device keeps of the tiles that it ran. */
export interface KeptOffers {
  /** What a tile offers; null when it has run elsewhere, or its strips are gone. */
  offersOf(frame: string, tile: number): TileOffers | null;
}

export interface TaskReuseParts {
  readonly plan: FtpPlan;
  readonly book: ReuseBook;
  readonly pool: KeptOffers;
  readonly allSides: boolean;
  readonly policy: FetchPolicy;
  readonly links: LinkRates;
  /** What is to travel of a frame's picture. */
  readonly transmitted: (frame: string) => Region;
  /** Where others find the strips of this device: here, or on the gateway. */
  readonly holder: () => Holder;
}

/**
 * What a task that is handed out can count on, with a holder for each side; what this device's pool has dropped is not
 * promised, nor what costs more to fetch than to compute.
 */
export function taskReuse(parts: TaskReuseParts, { frame, tile }: TaskKey, thief: string): Reuse {
  const { allSides, book, holder, links, plan, policy, pool, transmitted } = parts;
  // The input is cut for what the tile counts on, and travels with it.
  const inputMs = (region: Region) =>
    regionBytes(intersectRegions(region, transmitted(frame)), plan.maps[0]!, 1) / links.typicalLink.bytesPerMs;
  const { offers, holders } = book.reuseFor(frame, tile, thief);
  const isThere = SIDES.some((side) => holders[side]?.device === thief);
  const offering = SIDES.filter((side) => offers[side] !== undefined);
  const addresses = offering.map((side) => (holders[side] ?? holder()).address);
  if (!isThere && !allSides && !policy.mayPayOff({ tileId: tile, offers, inputMs }, addresses)) return NO_REUSE;
  const kept: Partial<Record<Side, TileOffer>> = { ...offers };
  const all: Partial<Record<Side, Holder>> = { ...holders };
  for (const side of SIDES.filter((name) => holders[name] === undefined)) {
    const producer = offers[side]?.producer;
    if (producer === undefined) continue;
    const offer = pool.offersOf(frame, producer)?.[oppositeSide(side)];
    if (offer === undefined) delete kept[side];
    else {
      kept[side] = offer;
      all[side] = holder();
    }
  }
  if (allSides) return { offers: allSidesOrNone(plan.grid, tile, kept), holders: all };
  const holderOf = ({ side }: Strip) => (all[side]?.device === thief ? null : (all[side]?.address ?? null));
  return { offers: policy.choose({ tileId: tile, offers: kept, holderOf, inputMs }), holders: all };
}
