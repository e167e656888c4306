import { DeepThingsError } from '../../errors.js';
import { type FtpPlan, tileOf } from '../ftp-plan.js';
import type { CacheTable, TileOffer } from '../plan-cache.js';
import { containsRegion, EMPTY_REGION, isEmptyRegion, type Region } from '../region.js';
import { neighbourAt, SIDES, type Side } from './neighbours.js';
import type { TileOffers } from './tile-offer.js';

/**
 * What one tile offers, as JSON: by side of the producer, for each map from the second on (the first is the picture) the region
 * `[x0, y0, x1, y1]`, or `[]` for nothing.
 *
 *     { "south": [[0, 84, 86, 88], [], [0, 41, 43, 44]] }
 */
export type EncodedOffers = Readonly<Partial<Record<Side, readonly (readonly number[])[]>>>;

/** Offers as JSON-able data, under 1 KB for a tile of YOLOv2's first 16 layers. */
export function encodeOffers(offers: TileOffers): EncodedOffers {
  const encoded: Partial<Record<Side, readonly (readonly number[])[]>> = {};
  for (const side of SIDES) {
    const offer = offers[side];
    if (offer !== undefined) encoded[side] = offer.regions.slice(1).map(encodeRegion);
  }
  return encoded;
}

/** By producer, side and regions as they were sent. */
const DECODED: CacheTable<string, TileOffer> = { limit: 1024 };

/**
 * The inverse of `encodeOffers`. Everything is checked, since this comes from another node: a region must lie where
 * both tiles of this plan have something on that map.
 *
 * @param producer the tile that offers.
 * @throws DeepThingsError `DT_OFFER_INVALID` for anything that no tile of this plan could offer, `DT_TILE_OUTSIDE` when
 * the plan has no such producer.
 */
export function decodeOffers(plan: FtpPlan, producer: number, encoded: unknown): TileOffers {
  tileOf(plan, producer);
  if (typeof encoded !== 'object' || encoded === null || Array.isArray(encoded)) {
    throw invalid(producer, `an object with lists of regions by side, got ${kindOf(encoded)}`);
  }
  const offers: Partial<Record<Side, TileOffer>> = {};
  for (const [key, regions] of Object.entries(encoded)) {
    const side = SIDES.find((name) => name === key);
    if (side === undefined) throw invalid(producer, `sides among ${SIDES.join(', ')}, got '${key.slice(0, 40)}'`);
    const text = `${producer} ${side} ${JSON.stringify(regions)}`;
    offers[side] = plan.cache.memoize(DECODED, text, () => decodeOffer(plan, producer, side, regions));
  }
  return Object.freeze(offers);
}

function decodeOffer(plan: FtpPlan, producer: number, side: Side, encoded: unknown): TileOffer {
  const consumer = neighbourAt(plan.grid, producer, side);
  if (consumer === null) throw invalid(producer, `nothing to the ${side}, where the grid ends, got an offer`);
  const expected = plan.maps.length - 1;
  if (!Array.isArray(encoded) || encoded.length !== expected) {
    throw invalid(producer, `to the ${side} a list of ${expected} regions, got ${kindOf(encoded)}`);
  }
  const regions = plan.maps.map((_, map) => {
    if (map === 0) return EMPTY_REGION;
    const region = decodeRegion(encoded[map - 1]);
    const bounds = [producer, consumer].map((tileId) => plan.tiles[tileId]!.regions[map]!);
    if (region === null || !bounds.every((bound) => containsRegion(bound, region))) {
      throw invalid(
        producer,
        `to the ${side} on map ${map} a region [x0, y0, x1, y1] that tiles ${producer} and ${consumer} share, ` +
          `or [], got ${kindOf(encoded[map - 1])}`,
      );
    }
    return region;
  });
  return plan.cache.internOffer(producer, consumer, regions);
}

function encodeRegion(region: Region): readonly number[] {
  return isEmptyRegion(region) ? [] : [region.x0, region.y0, region.x1, region.y1];
}

/** @returns null for anything but no numbers at all or four that span a region. */
function decodeRegion(encoded: unknown): Region | null {
  if (!Array.isArray(encoded) || !encoded.every((value) => Number.isSafeInteger(value))) return null;
  if (encoded.length === 0) return EMPTY_REGION;
  const [x0, y0, x1, y1] = encoded as number[];
  if (encoded.length !== 4 || x0! >= x1! || y0! >= y1!) return null;
  return Object.freeze({ x0: x0!, x1: x1!, y0: y0!, y1: y1! });
}

/** A short word for what came; it may be anything, and of any size. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) {
    const numbers = value.length <= 4 && value.every((item) => typeof item === 'number');
    return numbers ? `[${value.join(', ')}]` : `a list of ${value.length}`;
  }
  return value === null ? 'null' : `a value of type ${typeof value}`;
}

function invalid(producer: number, detail: string): DeepThingsError {
  return new DeepThingsError(
    'DT_OFFER_INVALID',
    `Expected in the offers of tile ${producer} ${detail}. Send what encodeOffers gives; two nodes that disagree here ` +
      'run different plans.',
  );
}
