import { DeepThingsError } from '../../errors.js';
import { type FtpPlan, tileOf } from '../ftp-plan.js';
import type { CacheTable, TileOffer } from '../plan-cache.js';
import { regionBytes } from '../plan-cost.js';
import type { Region } from '../region.js';
import { type TileStep, walkBack } from '../tile-walk.js';
import { cutSides } from './cut-sides.js';
import { neighbourAt, SIDES, type Side } from './neighbours.js';
import { type HeldTile, type OffersToTile, offersKey } from './tile-offer.js';

/** A part of a map that a neighbour has computed. */
export interface Strip {
  readonly map: number;
  /** Where the producer lies, as seen from the tile that receives the strip. */
  readonly side: Side;
  readonly producer: number;
  /** On that map; never empty. */
  readonly region: Region;
}

/**
 * How to compute a tile given what its neighbours offer. Plain frozen data.
 *
 *     +--------------------+
 *     |   strip (north)    |
 *     +-------+------------+
 *     | strip |  computed  |    a map as the tile has it
 *     | (west)|            |
 *     +-------+------------+
 */
export interface TileCut extends HeldTile {
  /** What the tile needs of map 0; empty when strips stand in for all of it. */
  readonly input: Region;
  /** The engine calls in order, those that have something to compute. */
  readonly steps: readonly TileStep[];
  /** Every strip that the steps count on, in the order of maps: what a step writes and the strips of that map cover it exactly once. */
  readonly strips: readonly Strip[];
  /** By the stage's `work`: the region that each of these nodes computes. */
  readonly computes: readonly Region[];
  /** Multiply-accumulates of all steps. */
  readonly macs: number;
}

/** By `offersKey`. */
const CUTS: CacheTable<string, TileCut> = { limit: 1024 };

/**
 * Decides what a tile computes and what it takes from its neighbours. Walks backward from the tile's shares: at each map, what is
 * needed is the hull of what is computed of it; from that rectangle everything that neighbours offer is cut off, side by side, and
 * the rest is computed. The picture is not cut; it shrinks through the cuts above it. Exact for any subset of offers, whatever order
 * the tiles ran in and whatever their producers themselves reused; more offers never need more. Paper section IV.C.
 *
 * @param offers what can be had now. When a strip turns out to be lost, decide again `withoutRegions` it.
 * @throws DeepThingsError `DT_TILE_OUTSIDE` when the plan has no such tile, `DT_OFFER_INVALID` when an offer is not
 * one of that neighbour to this tile in this plan.
 */
export function cutTile(plan: FtpPlan, tileId: number, offers: OffersToTile = {}): TileCut {
  return plan.cache.memoize(CUTS, offersKey(tileId, offers), () => newCut(plan, tileId, offers));
}

function newCut(plan: FtpPlan, tileId: number, offers: OffersToTile): TileCut {
  const { shares } = tileOf(plan, tileId);
  checkOffers(plan, tileId, offers);
  const walk = walkBack(plan.stage, shares, (map, needed) => cutSides(needed, (side) => offers[side]?.regions[map]));
  const strips = walk.strips.map(({ map, region, side }): Strip => {
    return Object.freeze({ map, side, producer: offers[side]!.producer, region });
  });
  const { computes, held, macs, steps } = walk;
  return Object.freeze({ tileId, input: held[0]!, held, steps, strips: Object.freeze(strips), computes, macs });
}

/** Bytes of strips, all channels. */
export function stripsBytes(plan: FtpPlan, strips: readonly Strip[], bytesPerValue: number): number {
  return strips.reduce((sum, { map, region }) => sum + regionBytes(region, plan.maps[map]!, bytesPerValue), 0);
}

/** Bytes of the picture that a tile still needs, all channels. */
export function cutInputBytes(plan: FtpPlan, cut: TileCut, bytesPerValue: number): number {
  return regionBytes(cut.input, plan.maps[0]!, bytesPerValue);
}

function checkOffers(plan: FtpPlan, tileId: number, offers: OffersToTile): void {
  for (const side of SIDES) {
    const offer: TileOffer | undefined = offers[side];
    if (offer === undefined) continue;
    const neighbour = neighbourAt(plan.grid, tileId, side);
    if (offer.producer !== neighbour || offer.consumer !== tileId || offer.regions.length !== plan.maps.length) {
      throw new DeepThingsError(
        'DT_OFFER_INVALID',
        `Expected at the ${side} of tile ${tileId} an offer of tile ${neighbour ?? 'none'} to tile ${tileId} with ` +
          `${plan.maps.length} regions, got one of tile ${offer.producer} to tile ${offer.consumer} with ` +
          `${offer.regions.length}. Collect the offers with offersToTile, of one plan.`,
      );
    }
  }
}
