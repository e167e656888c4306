import type { FtpPlan } from '../geometry/ftp-plan.js';
import { type BoundedCache, memoize } from '../geometry/memoize.js';
import type { CacheTable, TileOffer } from '../geometry/plan-cache.js';
import type { Region } from '../geometry/region.js';
import { SIDES, type Side } from '../geometry/reuse/neighbours.js';
import type { OffersToTile } from '../geometry/reuse/tile-offer.js';

/**
 * What a tile's neighbours offer it, as it goes from thread to thread: a text is passed on faster than some dozens of
 * numbers in objects, and a thread that has read a text before has its offers at once.
 */
export type OffersMessage = string;

/** Between the sides, of which there are four; JSON has none between values of an array. */
const BETWEEN = '\n';

/** By offer id; of one plan. */
export type OfferTexts = BoundedCache<number, string>;

export function packOffers(offers: OffersToTile, texts: OfferTexts): OffersMessage {
  return SIDES.map((side) => {
    const offer = offers[side];
    return offer === undefined ? '' : memoize(texts, offer.id, () => textOf(offer));
  }).join(BETWEEN);
}

function textOf({ producer, consumer, regions }: TileOffer): string {
  return JSON.stringify([producer, consumer, regions]);
}

const UNPACKED: CacheTable<OffersMessage, OffersToTile> = { limit: 1024 };

export function unpackOffers(plan: FtpPlan, message: OffersMessage): OffersToTile {
  return plan.cache.memoize(UNPACKED, message, () => {
    const sides = message.split(BETWEEN);
    const offers = SIDES.flatMap((side, i): [Side, TileOffer][] => {
      if (sides[i] === '') return [];
      const [producer, consumer, regions] = JSON.parse(sides[i]!) as [number, number, Region[]];
      return [[side, plan.cache.internOffer(producer, consumer, regions)]];
    });
    return Object.freeze(Object.fromEntries(offers));
  });
}
