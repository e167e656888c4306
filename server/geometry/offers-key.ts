import { SIDES } from './neighbours.js';
import type { OffersToTile, TileOffer, TileOffers } from './tile-offer.js';

/** Offers that are remembered; then all are forgotten. */
const REMEMBERED_OFFERS = 4096;

let numberOf = new WeakMap<TileOffer, number>();
const numbers = new Map<string, number>();
/** Goes up for ever: what is forgotten is never taken for something else. */
let lastNumber = 0;

/**
 * A short text for a tile and what its neighbours offer it, or what it offers them: the same for offers that say the
 * same.
 */
export function offersKey(tileId: number, offers: OffersToTile | TileOffers): string {
  let key = `${tileId}`;
  for (const side of SIDES) key += `,${offerNumber(offers[side])}`;
  return key;
}

function offerNumber(offer: TileOffer | undefined): number {
  if (offer === undefined) return 0;
  const known = numberOf.get(offer);
  if (known !== undefined) return known;
  if (numbers.size >= REMEMBERED_OFFERS) {
    numbers.clear();
    numberOf = new WeakMap();
  }
  const text = JSON.stringify([
    offer.producer,
    offer.consumer,
    ...offer.regions.map(({ x0, x1, y0, y1 }) => [x0, x1, y0, y1]),
  ]);
  const number = numbers.get(text) ?? ++lastNumber;
  numbers.set(text, number);
  numberOf.set(offer, number);
  return number;
}
