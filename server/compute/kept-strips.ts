import type { FtpPlan } from '../geometry/ftp-plan.js';
import { SIDES, type Side } from '../geometry/neighbours.js';
import { isEmptyRegion, type Region } from '../geometry/region.js';
import { remembered } from '../geometry/remembered.js';
import type { TileCut } from '../geometry/tile-cut.js';
import { type OfferedRegion, offersOfTile, type TileOffer } from '../geometry/tile-offer.js';
import { regionShape, valuesOf } from '../tensor/planes.js';

/**
 * Memory for all that a tile keeps for its neighbours. Threads share it: neither the one that computes a strip nor the one
 * that reuses it copies it.
 */
export interface StripRoom {
  /** Where the neighbours lie. */
  readonly sides: readonly Side[];
  readonly buffer: SharedArrayBuffer;
}

/** What a tile keeps for one neighbour at one segment input. */
export interface KeptStrip extends OfferedRegion {
  readonly region: Region;
  /** `[channels, height, width]` of the region. */
  readonly data: Float32Array<SharedArrayBuffer>;
}

/**
 * @param take gives memory of at least so many bytes.
 * @returns null when the tile has nothing to keep.
 */
export function roomForStrips(
  plan: FtpPlan,
  cut: TileCut,
  sides: readonly Side[],
  take: (bytes: number) => SharedArrayBuffer = (bytes) => new SharedArrayBuffer(bytes),
): StripRoom | null {
  const offers = Object.values(offersOfTile(plan, cut, sides));
  const values = offers.reduce((sum, offer) => sum + layOut(plan, offer).values, 0);
  return values === 0 ? null : { sides, buffer: take(values * Float32Array.BYTES_PER_ELEMENT) };
}

/**
 * Where on that memory each strip lies: one after another, by side and segment. Both threads work it out for themselves; to
 * tell each other takes longer.
 */
export function keptStrips(plan: FtpPlan, cut: TileCut, room: StripRoom | null): readonly KeptStrip[] {
  if (room === null) return [];
  const offers = offersOfTile(plan, cut, room.sides);
  let first = 0;
  return SIDES.flatMap((side) => {
    if (offers[side] === undefined) return [];
    const { strips, values } = layOut(plan, offers[side]);
    const from = first;
    first += values;
    return strips.map(({ segment, region, start, end }) => ({
      ...{ side, segment, region },
      data: new Float32Array(room.buffer, (from + start) * Float32Array.BYTES_PER_ELEMENT, end - start),
    }));
  });
}

interface StripPlace {
  readonly segment: number;
  readonly region: Region;
  readonly start: number;
  readonly end: number;
}

/** Where the strips of one offer lie, by number of values from the first. */
interface StripLayout {
  readonly strips: readonly StripPlace[];
  /** Of all of them. */
  readonly values: number;
}

/** Offers are made once for each cut of a tile, and belong to one plan. */
const layouts = new WeakMap<TileOffer, StripLayout>();

function layOut(plan: FtpPlan, offer: TileOffer): StripLayout {
  return remembered(layouts, offer, () => {
    let values = 0;
    const strips = offer.regions.flatMap((region, segment) => {
      if (isEmptyRegion(region)) return [];
      const start = values;
      values += valuesOf(regionShape(plan.maps[plan.segments[segment]!.firstLayer]!.channels, region));
      return [{ segment, region, start, end: values }];
    });
    return { strips, values };
  });
}
