import type { ErrorCode } from '../../error-codes.js';
import { DeepThingsError } from '../../errors.js';
import type { FtpPlan } from '../../geometry/ftp-plan.js';
import type { TileOffer } from '../../geometry/plan-cache.js';
import { neighbourAt, oppositeSide, SIDES, type Side } from '../../geometry/reuse/neighbours.js';
import { decodeOffers, encodeOffers } from '../../geometry/reuse/offer-codec.js';
import type { OffersToTile, TileOffers } from '../../geometry/reuse/tile-offer.js';

/** A region of each of some hundred maps to each side. */
export const OFFERS_TEXT = /^\{.{0,32768}\}$/s;

/** What one tile offers all its neighbours, as text. */
export function formatTileOffers(offers: TileOffers): string {
  return JSON.stringify(encodeOffers(offers));
}

/** @throws DeepThingsError `code` when no tile of this plan could offer that. */
export function parseTileOffers(plan: FtpPlan, producer: number, text: string, code: ErrorCode): TileOffers {
  return checked(code, () => decodeOffers(plan, producer, JSON.parse(text)));
}

/** What a tile's neighbours offer it, as text: by side of the tile, the regions of the neighbour there. */
export function formatOffersToTile(offers: OffersToTile): string {
  const entries = SIDES.flatMap((side) => {
    const offer = offers[side];
    return offer === undefined ? [] : [[side, encodeOffers({ [oppositeSide(side)]: offer })[oppositeSide(side)]]];
  });
  return JSON.stringify(Object.fromEntries(entries));
}

/** @throws DeepThingsError `code` when that could not be offered to this tile. */
export function parseOffersToTile(plan: FtpPlan, tile: number, text: string, code: ErrorCode): OffersToTile {
  return checked(code, () => {
    const given = JSON.parse(text) as Record<string, unknown>;
    const offers: Partial<Record<Side, TileOffer>> = {};
    for (const side of SIDES.filter((name) => Object.hasOwn(given, name))) {
      const producer = neighbourAt(plan.grid, tile, side) ?? -1;
      const there = oppositeSide(side);
      offers[side] = decodeOffers(plan, producer, { [there]: given[side] })[there];
    }
    return offers;
  });
}

function checked<T>(code: ErrorCode, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new DeepThingsError(code, `expected offers of tiles of this plan: ${(cause as Error).message}`, { cause });
  }
}
