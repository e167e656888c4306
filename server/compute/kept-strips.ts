import type { FtpPlan } from '../geometry/ftp-plan.js';
import { SIDES, type Side } from '../geometry/neighbours.js';
import { isEmptyRegion, type Region } from '../geometry/region.js';
import { remembered } from '../geometry/remembered.js';
import type { TileCut } from '../geometry/tile-cut.js';
import { type OfferedRegion, offersOfTile, type TileOffer } from '../geometry/tile-offer.js';
import { regionShape, valuesOf } from '../tensor/planes.js';

/**
 * Memory for what a tile keeps for its neighbours, by side. Threads share it: neither the one that computes a strip nor
 * the one that reuses it copies it.
 */
export type StripRoom = Readonly<Partial<Record<Side, SharedArrayBuffer>>>;

/** What a tile keeps for one neighbour at one segment input. */
export interface KeptStrip extends OfferedRegion {
  readonly region: Region;
  /** `[channels, height, width]` of the region. */
  readonly data: Float32Array<SharedArrayBuffer>;
}

/** @param take gives memory of at least so many bytes. */
export function roomForStrips(
  plan: FtpPlan,
  cut: TileCut,
  sides: readonly Side[],
  take: (bytes: number) => SharedArrayBuffer = (bytes) => new SharedArrayBuffer(bytes),
): StripRoom {
  const offers = offersOfTile(plan, cut, sides);
  return Object.fromEntries(
    SIDES.flatMap((side) => {
      const offer = offers[side];
      return offer === undefined ? [] : [[side, take(layOut(plan, offer).values * Float32Array.BYTES_PER_ELEMENT)]];
    }),
  );
}

/**
 * Where on that memory each strip lies: one after another, by segment. Both threads work it out for themselves; to tell
 * each other takes longer.
 */
export function keptStrips(plan: FtpPlan, cut: TileCut, room: StripRoom): readonly KeptStrip[] {
  const sides = SIDES.filter((side) => room[side] !== undefined);
  const offers = offersOfTile(plan, cut, sides);
  return sides.flatMap((side) => {
    const buffer = new Float32Array(room[side]!);
    const strips = offers[side] === undefined ? [] : layOut(plan, offers[side]).strips;
    return strips.map(({ segment, region, start, end }) => ({
      ...{ side, segment, region },
      data: buffer.subarray(start, end),
    }));
  });
}

/** Where the strips of one offer lie, by number of values from the first. */
interface StripLayout {
  readonly strips: readonly { readonly segment: number; readonly region: Region; start: number; end: number }[];
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
