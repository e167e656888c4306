import type { FtpPlan } from '../../geometry/ftp-plan.js';
import type { TileOffer } from '../../geometry/plan-cache.js';
import { allSidesOrNone } from '../../geometry/reuse/all-sides.js';
import { neighbourAt, oppositeSide, SIDES, type Side } from '../../geometry/reuse/neighbours.js';
import { cutTile, type Strip, type TileCut } from '../../geometry/reuse/tile-cut.js';
import { type OffersToTile, offersOfTile } from '../../geometry/reuse/tile-offer.js';
import type { TaskKey } from '../task-key.js';
import type { FetchPolicy } from './fetch-policy.js';
import type { ReuseBook } from './reuse-book.js';
import type { KeptOffers } from './task-reuse.js';
import type { Holder, Reuse } from './tile-reuse.js';

/** What a device decides by when a tile starts. */
export interface TileStartParts {
  readonly device: string;
  readonly plan: FtpPlan;
  readonly book: ReuseBook;
  readonly pool: KeptOffers;
  readonly policy: FetchPolicy;
  /** Whether a tile reuses the overlap of all of its neighbours, or nothing. */
  readonly allSides: boolean;
}

/** A tile as it was handed out. */
export interface StartingTile {
  readonly frame: string;
  readonly tile: number;
  readonly reuse: Reuse;
}

/** A tile that the compute thread has. */
export interface TileUnderWay {
  readonly frame: string;
  readonly cut: TileCut;
  /** Sides that it keeps strips for. */
  readonly keepFor: readonly Side[];
}

/**
 * What a tile that is about to start can count on, here and elsewhere; a side without a holder is here.
 *
 * @param before tiles that are computed before it; they count as done, and as kept by this device.
 */
export function knownOffers(parts: TileStartParts, tile: StartingTile, before: readonly TileUnderWay[]): Reuse {
  const { allSides, book, device, plan } = parts;
  const named = book.has(tile.frame) ? book.reuseFor(tile.frame, tile.tile, null) : tile.reuse;
  const offers: Partial<Record<Side, TileOffer>> = {};
  const holders: Partial<Record<Side, Holder>> = {};
  for (const side of SIDES) {
    const producer = neighbourAt(plan.grid, tile.tile, side);
    const own = producer === null ? undefined : ownOffer(parts, tile.frame, producer, oppositeSide(side), before);
    const holder = named.holders[side];
    if (own !== undefined) offers[side] = own;
    else if (named.offers[side] !== undefined && holder !== undefined && holder.device !== device) {
      offers[side] = named.offers[side];
      holders[side] = holder;
    }
  }
  return { offers: allSides ? allSidesOrNone(plan.grid, tile.tile, offers) : offers, holders };
}

function ownOffer(
  { plan, pool }: TileStartParts,
  frame: string,
  producer: number,
  side: Side,
  before: readonly TileUnderWay[],
): TileOffer | undefined {
  const running = before[placeOf(before, frame, producer)];
  if (running === undefined) return pool.offersOf(frame, producer)?.[side];
  return offersOfTile(plan, running.cut, running.keepFor)[side];
}

/** @returns -1 when the tile is not among them. */
export function placeOf(underWay: readonly TileUnderWay[], frame: string, tile: number): number {
  return underWay.findLastIndex((running) => running.frame === frame && running.cut.tileId === tile);
}

/** Sides whose neighbour can still use something; none where it is not worth telling another device's frame of it. */
export function sidesToKeep({ book, plan, policy }: TileStartParts, frame: string, cut: TileCut): readonly Side[] {
  if (book.has(frame)) return book.openSides(frame, cut.tileId);
  return policy.isWorthReporting(offersOfTile(plan, cut)) ? SIDES : [];
}

/**
 * Sides of a finished tile whose neighbour can still use what is kept here: not those of neighbours that are under way
 * elsewhere, which have been told already what to count on.
 *
 * @param queued sides whose neighbour is not handed out yet, as its source says.
 */
export function usableSides(
  plan: FtpPlan,
  board: { has(task: TaskKey): boolean },
  { frame, tile, generation }: Omit<TaskKey, 'attempt'>,
  queued: readonly Side[],
): readonly Side[] {
  return SIDES.filter((side) => {
    const neighbour = neighbourAt(plan.grid, tile, side);
    return (
      queued.includes(side) || (neighbour !== null && board.has({ frame, tile: neighbour, generation, attempt: 1 }))
    );
  });
}

/** The strips that a tile counts on and that are elsewhere, by who has to be asked. */
export function stripsToFetch(
  plan: FtpPlan,
  tileId: number,
  offers: OffersToTile,
  holderOf: (strip: Strip) => string | null,
): ReadonlyMap<string, readonly Strip[]> {
  const wanted = new Map<string, Strip[]>();
  for (const strip of cutTile(plan, tileId, offers).strips) {
    const address = holderOf(strip);
    if (address !== null) wanted.set(address, [...(wanted.get(address) ?? []), strip]);
  }
  return wanted;
}
