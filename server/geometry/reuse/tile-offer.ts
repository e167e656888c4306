import { type FtpPlan, tileOf } from '../ftp-plan.js';
import { memoize } from '../memoize.js';
import type { CacheTable, TileOffer } from '../plan-cache.js';
import { regionBytes } from '../plan-cost.js';
import { EMPTY_REGION, intersectRegions, isEmptyRegion, type Region } from '../region.js';
import { walkBack } from '../tile-walk.js';
import { cutOff } from './cut-sides.js';
import { neighbourAt, oppositeSide, SIDES, type Side } from './neighbours.js';

/** What a tile had of each map when it ran, computed or received. */
export interface HeldTile {
  readonly tileId: number;
  /** By map; empty where nothing was computed from there on. */
  readonly held: readonly Region[];
}

/** What one tile offers, by the side of it where the neighbour lies. */
export type TileOffers = Readonly<Partial<Record<Side, TileOffer>>>;

/** What one tile can use, by the side of it where the neighbour lies. */
export type OffersToTile = Readonly<Partial<Record<Side, TileOffer>>>;

/** One region of an offer: the neighbour's side as the consumer sees it, and the map. */
export interface OfferedRegion {
  readonly side: Side;
  readonly map: number;
}

/** By tile, then by side: a cut is asked for its offers again and again. */
const OFFERS_OF_TILE: CacheTable<HeldTile, Map<Side, TileOffer | null>> = { limit: 1024 };
/** By offer and maps that are left out. */
const RESTS: CacheTable<string, TileOffer | null> = { limit: 4096 };

/**
 * What a tile that ran keeps for its neighbours. For neighbour B that is, of each map, what the tile held there of what B needs of it
 * if B cuts this side at every map.
 *
 *       A held         B needs, cut above
 *     +----------+
 *     |      +---|--------+
 *     |      |###|        |    ### offered
 *     |      +---|--------+
 *     +----------+
 *
 * A region that does not reach the edge of what B needs there is of no use to B and is not kept. Who uses offers
 * decides on them alone, never on what was held: only what is offered is still there. Paper section IV.C.3; design,
 * section 6.
 *
 * @param sides where a neighbour can still use something: those that are not computed yet. All by default.
 * @throws DeepThingsError `DT_TILE_OUTSIDE` when the plan has no such tile.
 */
export function offersOfTile(plan: FtpPlan, tile: HeldTile, sides: readonly Side[] = SIDES): TileOffers {
  const bySide = plan.cache.memoize(OFFERS_OF_TILE, tile, () => new Map());
  const offers: Partial<Record<Side, TileOffer>> = {};
  for (const side of sides) {
    const offer = memoize(bySide, side, () => offerOfTile(plan, tile, side));
    if (offer !== null) offers[side] = offer;
  }
  return Object.freeze(offers);
}

function offerOfTile(plan: FtpPlan, { held, tileId }: HeldTile, side: Side): TileOffer | null {
  const neighbour = neighbourAt(plan.grid, tileId, side);
  if (neighbour === null) return null;
  const regions = offeredRegions(plan, held, neighbour, oppositeSide(side));
  return regions.every(isEmptyRegion) ? null : plan.cache.internOffer(tileId, neighbour, regions);
}

/**
 * Collects for one tile what its neighbours offer it.
 *
 * @param offersOf what a tile offers all its neighbours; null while that is not known or not to be had.
 * @throws DeepThingsError `DT_TILE_OUTSIDE` when the plan has no such tile.
 */
export function offersToTile(
  plan: FtpPlan,
  tileId: number,
  offersOf: (producer: number) => TileOffers | null,
): OffersToTile {
  const offers: Partial<Record<Side, TileOffer>> = {};
  for (const side of SIDES) {
    const producer = neighbourAt(plan.grid, tileId, side);
    const offer = producer === null ? undefined : offersOf(producer)?.[oppositeSide(side)];
    if (offer !== undefined) offers[side] = offer;
  }
  return Object.freeze(offers);
}

/**
 * The same offers without some regions: strips that turned out to be lost, or that cost more than they save. A side of
 * which nothing is left is left out.
 */
export function withoutRegions(plan: FtpPlan, offers: OffersToTile, lost: readonly OfferedRegion[]): OffersToTile {
  const left: Partial<Record<Side, TileOffer>> = {};
  for (const side of SIDES) {
    const offer = offers[side];
    if (offer === undefined) continue;
    const gone = lost.flatMap((region) => (region.side === side ? [region.map] : []));
    const rest = gone.length === 0 ? offer : withoutMaps(plan, offer, gone);
    if (rest !== null) left[side] = rest;
  }
  return Object.freeze(left);
}

function withoutMaps(plan: FtpPlan, offer: TileOffer, gone: readonly number[]): TileOffer | null {
  const key = `${offer.id}/${gone.toSorted((a, b) => a - b).join()}`;
  return plan.cache.memoize(RESTS, key, () => {
    const regions = offer.regions.map((region, map) => (gone.includes(map) ? EMPTY_REGION : region));
    return regions.every(isEmptyRegion) ? null : plan.cache.internOffer(offer.producer, offer.consumer, regions);
  });
}

/**
 * A short text for a tile and what its neighbours offer it, or what it offers them: the same for offers that say the
 * same.
 */
export function offersKey(tileId: number, offers: OffersToTile | TileOffers): string {
  let key = `${tileId}`;
  for (const side of SIDES) key += `,${offers[side]?.id ?? 0}`;
  return key;
}

/** Of what a tile offers only some sides. */
export function onlySides<Offers extends TileOffers | OffersToTile>(offers: Offers, sides: readonly Side[]): Offers {
  const kept = sides.flatMap((side): [Side, TileOffer][] => (offers[side] === undefined ? [] : [[side, offers[side]]]));
  return Object.freeze(Object.fromEntries(kept)) as Offers;
}

/** Bytes of everything a tile keeps for its neighbours, all channels; what two of them can use counts twice. */
export function offersBytes(plan: FtpPlan, offers: TileOffers, bytesPerValue: number): number {
  return SIDES.reduce((sum, side) => {
    const offer = offers[side];
    return offer === undefined ? sum : sum + offerBytes(plan, offer, bytesPerValue);
  }, 0);
}

/** Bytes of everything a tile keeps for one neighbour, all channels. */
export function offerBytes(plan: FtpPlan, { regions }: Pick<TileOffer, 'regions'>, bytesPerValue: number): number {
  return regions.reduce((sum, region, map) => sum + regionBytes(region, plan.maps[map]!, bytesPerValue), 0);
}

/** More bytes than a tile can offer, whatever it reused: all that both need of each map. */
export function mostOfferedBytes(plan: FtpPlan, tileId: number, bytesPerValue: number): number {
  const full = tileOf(plan, tileId).regions;
  return SIDES.reduce((sum, side) => {
    const neighbour = neighbourAt(plan.grid, tileId, side);
    if (neighbour === null) return sum;
    const other = tileOf(plan, neighbour).regions;
    const regions = full.map((region, map) => (map === 0 ? EMPTY_REGION : intersectRegions(region, other[map]!)));
    return sum + offerBytes(plan, { regions }, bytesPerValue);
  }, 0);
}

/** @param side of the consumer where the producer lies. */
function offeredRegions(plan: FtpPlan, held: readonly Region[], consumer: number, side: Side): readonly Region[] {
  const regions: Region[] = plan.maps.map(() => EMPTY_REGION);
  walkBack(plan.stage, tileOf(plan, consumer).shares, (map, needed) => {
    const region = intersectRegions(held[map]!, needed);
    if (isEmptyRegion(region) || !reachesEdge(region, needed, side)) return { rest: needed, taken: [] };
    regions[map] = Object.freeze(region);
    return { rest: cutOff(needed, region, side), taken: [] };
  });
  return Object.freeze(regions);
}

function reachesEdge(region: Region, needed: Region, side: Side): boolean {
  switch (side) {
    case 'north':
      return region.y0 === needed.y0;
    case 'south':
      return region.y1 === needed.y1;
    case 'west':
      return region.x0 === needed.x0;
    case 'east':
      return region.x1 === needed.x1;
  }
}
