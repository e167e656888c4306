import { DeepThingsError } from '../../errors.js';
import { type FtpPlan, tileOf } from '../ftp-plan.js';
import type { CacheTable, TileOffer } from '../plan-cache.js';
import { regionBytes } from '../plan-cost.js';
import { EMPTY_REGION, isEmptyRegion, type Region } from '../region.js';
import { type SegmentStep, segmentStep } from '../segment-steps.js';
import { cutSides } from './cut-sides.js';
import { neighbourAt, SIDES, type Side } from './neighbours.js';
import { type HeldTile, type OffersToTile, offersKey } from './tile-offer.js';

/** A part of a segment input that a neighbour has computed. */
export interface Strip {
  /** Index of the segment whose input it is part of. */
  readonly segment: number;
  /** The map it is cut from, `firstLayer` of that segment. */
  readonly map: number;
  /** Where the producer lies, as seen from the tile that receives the strip. */
  readonly side: Side;
  readonly producer: number;
  /** On that map; never empty. */
  readonly region: Region;
}

/**
 * One call of the engine for a cut tile. Its input is put together of `computed` and the strips, which cover `input`
 * exactly once.
 *
 *     +--------------------+
 *     |   strip (north)    |
 *     +-------+------------+
 *     | strip |  computed  |    input
 *     | (west)|            |
 *     +-------+------------+
 */
export interface CutStep extends SegmentStep {
  /** What the previous segment puts out, or for segment 0 the tile's input; empty where the strips have it all. */
  readonly computed: Region;
  readonly strips: readonly Strip[];
}

/** How to compute a tile given what its neighbours offer. Plain frozen data. */
export interface TileCut extends HeldTile {
  /** What the tile needs of map 0; empty when strips stand in for all of it. */
  readonly input: Region;
  /** The engine calls in order, from the first segment that has something to compute to the last. */
  readonly steps: readonly CutStep[];
  /** Every strip that the steps count on, in the order in which it is needed. */
  readonly strips: readonly Strip[];
  /** Multiply-accumulates of all steps. */
  readonly macs: number;
}

/** By `offersKey`. */
const CUTS: CacheTable<string, TileCut> = { limit: 1024 };

/**
 * Decides what a tile computes and what it takes from its neighbours. Walks backward from the tile's output: at each
 * segment input, what is needed is the back-projection of what is computed beyond it; from that rectangle everything
 * that neighbours offer is cut off, side by side, and the rest is what the previous segment must compute. The input
 * map is not cut; it shrinks through the cuts above it. Exact for any subset of offers, whatever order the tiles ran
 * in and whatever their producers themselves reused; more offers never need more. Paper section IV.C; design,
 * section 6.
 *
 * @param offers what can be had now. When a strip turns out to be lost, decide again `withoutRegions` it.
 * @throws DeepThingsError `DT_TILE_OUTSIDE` when the plan has no such tile, `DT_OFFER_INVALID` when an offer is not
 * one of that neighbour to this tile in this plan.
 */
export function cutTile(plan: FtpPlan, tileId: number, offers: OffersToTile = {}): TileCut {
  return plan.cache.memoize(CUTS, offersKey(tileId, offers), () => newCut(plan, tileId, offers));
}

function newCut(plan: FtpPlan, tileId: number, offers: OffersToTile): TileCut {
  let output = tileOf(plan, tileId).regions[plan.depth]!;
  checkOffers(plan, tileId, offers);
  const held: Region[] = plan.segments.map(() => EMPTY_REGION);
  const steps: CutStep[] = [];
  for (const segment of plan.segments.toReversed()) {
    if (isEmptyRegion(output)) break;
    const step = segmentStep(plan, segment, output);
    const { rest, strips } = cutRegion(step, offers);
    held[segment.index] = step.input;
    steps.push(Object.freeze({ ...step, computed: rest, strips }));
    output = rest;
  }
  steps.reverse();
  return Object.freeze({
    tileId,
    input: held[0]!,
    held: Object.freeze(held),
    steps: Object.freeze(steps),
    strips: Object.freeze(steps.flatMap(({ strips }) => strips)),
    macs: steps.reduce((sum, { macs }) => sum + macs, 0),
  });
}

/**
 * What a cut tile computes, by map, 0 to depth: layer l computes `regions[l + 1]`. Empty on map 0, which is given, and
 * wherever the strips stand in.
 */
export function computedRegions(plan: FtpPlan, cut: TileCut): readonly Region[] {
  const regions: Region[] = plan.maps.map(() => EMPTY_REGION);
  for (const { segment, computes } of cut.steps) {
    for (const [index, region] of computes.entries()) regions[segment.firstLayer + 1 + index] = region;
  }
  return Object.freeze(regions);
}

/** Bytes of strips, all channels. */
export function stripsBytes(plan: FtpPlan, strips: readonly Strip[], bytesPerValue: number): number {
  return strips.reduce((sum, { map, region }) => sum + regionBytes(region, plan.maps[map]!, bytesPerValue), 0);
}

/** Bytes of the picture that a tile still needs, all channels. */
export function cutInputBytes(plan: FtpPlan, cut: TileCut, bytesPerValue: number): number {
  return regionBytes(cut.input, plan.maps[0]!, bytesPerValue);
}

function cutRegion({ segment, input }: SegmentStep, offers: OffersToTile): { rest: Region; strips: readonly Strip[] } {
  const offered = (side: Side) => (segment.index === 0 ? undefined : offers[side]?.regions[segment.index]);
  const { rest, taken } = cutSides(input, offered);
  const strips = taken.map(({ region, side }): Strip => {
    const { producer } = offers[side]!;
    return Object.freeze({ segment: segment.index, map: segment.firstLayer, side, producer, region });
  });
  return { rest, strips: Object.freeze(strips) };
}

function checkOffers(plan: FtpPlan, tileId: number, offers: OffersToTile): void {
  for (const side of SIDES) {
    const offer: TileOffer | undefined = offers[side];
    if (offer === undefined) continue;
    const neighbour = neighbourAt(plan.grid, tileId, side);
    if (offer.producer !== neighbour || offer.consumer !== tileId || offer.regions.length !== plan.segments.length) {
      throw new DeepThingsError(
        'DT_OFFER_INVALID',
        `Expected at the ${side} of tile ${tileId} an offer of tile ${neighbour ?? 'none'} to tile ${tileId} with ` +
          `${plan.segments.length} regions, got one of tile ${offer.producer} to tile ${offer.consumer} with ` +
          `${offer.regions.length}. Collect the offers with offersToTile, of one plan.`,
      );
    }
  }
}
