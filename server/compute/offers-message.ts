import { SIDES, type Side } from '../geometry/neighbours.js';
import { BoundedAnswers, remembered } from '../geometry/remembered.js';
import type { OffersToTile, TileOffer } from '../geometry/tile-offer.js';

/**
 * What a tile's neighbours offer it, as it goes from thread to thread: a text is passed on faster than some dozens of
 * numbers in objects, and who has read it before has the same offers at once, with all that was worked out of them.
 */
export type OffersMessage = string;

/** Between the sides, of which there are four; JSON has none between values of an array. */
const BETWEEN = '\n';

const texts = new WeakMap<TileOffer, string>();

export function packOffers(offers: OffersToTile): OffersMessage {
  return SIDES.map((side) => {
    const offer = offers[side];
    return offer === undefined ? '' : remembered(texts, offer, () => JSON.stringify(offer));
  }).join(BETWEEN);
}

/** Messages that are remembered; then all are forgotten. */
const REMEMBERED_MESSAGES = 1024;

const known = new BoundedAnswers<OffersMessage, OffersToTile>(REMEMBERED_MESSAGES);

export function unpackOffers(message: OffersMessage): OffersToTile {
  return remembered(known, message, () => {
    const sides = message.split(BETWEEN);
    const offers = SIDES.flatMap((side, i): [Side, TileOffer][] =>
      sides[i] === '' ? [] : [[side, JSON.parse(sides[i]!) as TileOffer]],
    );
    return Object.freeze(Object.fromEntries(offers));
  });
}
