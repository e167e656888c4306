import type { FtpPlan } from '../geometry/ftp-plan.js';
import type { CacheTable, TileOffer } from '../geometry/plan-cache.js';
import { isEmptyRegion, type Region } from '../geometry/region.js';
import { SIDES, type Side } from '../geometry/reuse/neighbours.js';
import type { TileCut } from '../geometry/reuse/tile-cut.js';
import { type OfferedRegion, offersBytes, offersOfTile } from '../geometry/reuse/tile-offer.js';
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

/** What a tile keeps of one map for one neighbour. */
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
  const bytes = offersBytes(plan, offersOfTile(plan, cut, sides), Float32Array.BYTES_PER_ELEMENT);
  return bytes === 0 ? null : { sides, buffer: take(bytes) };
}

/**
 * Where on that memory each strip lies: one after another, by side and map. Both threads work it out for themselves; to
 * tell each other takes longer.
 */
export function keptStrips(plan: FtpPlan, cut: TileCut, room: StripRoom | null): readonly KeptStrip[] {
  if (room === null) return [];
  const offers = offersOfTile(plan, cut, room.sides);
  const kept: KeptStrip[] = [];
  let firstByte = 0;
  for (const side of SIDES) {
    if (offers[side] === undefined) continue;
    for (const { map, region, values } of stripsOf(plan, offers[side])) {
      kept.push({ side, map, region, data: new Float32Array(room.buffer, firstByte, values) });
      firstByte += values * Float32Array.BYTES_PER_ELEMENT;
    }
  }
  return kept;
}

/** A strip of an offer that has something. */
interface OfferedStrip {
  readonly map: number;
  readonly region: Region;
  readonly values: number;
}

/** By offer. */
const STRIPS: CacheTable<number, readonly OfferedStrip[]> = { limit: 4096 };

/** In the order in which they lie in memory, one right after another. */
function stripsOf(plan: FtpPlan, offer: TileOffer): readonly OfferedStrip[] {
  return plan.cache.memoize(STRIPS, offer.id, () =>
    offer.regions.flatMap((region, map) => {
      if (isEmptyRegion(region)) return [];
      const { channels } = plan.maps[map]!;
      return [{ map, region, values: valuesOf(regionShape(channels, region)) }];
    }),
  );
}
