import { expect, it } from 'vitest';
import { packOffers, unpackOffers } from '../../server/compute/offers-message.js';
import { BoundedCache } from '../../server/geometry/memoize.js';
import { cutTile } from '../../server/geometry/reuse/tile-cut.js';
import { offersOfTile, offersToTile } from '../../server/geometry/reuse/tile-offer.js';
import { planLayers } from '../geometry/chain-graphs.js';
import { yolov2Chain } from '../geometry/layer-chains.js';

const planOfThread = () => planLayers(yolov2Chain(), 16, { rows: 3, columns: 3 });
const plan = planOfThread();
const texts = new BoundedCache<number, string>(8);
const whole = (tile: number) => offersOfTile(plan, cutTile(plan, tile));

it.each([
  ['all sides', 4, [1, 3, 5, 7]],
  ['two sides', 4, [1, 5]],
  ['one side, the last', 4, [5]],
  ['nothing', 4, []],
])('offers arrive as they were sent: %s', (_, tile, producers) => {
  const offers = offersToTile(plan, tile, (producer) => (producers.includes(producer) ? whole(producer) : null));
  expect(Object.keys(offers)).toHaveLength(producers.length);
  const message = packOffers(offers, texts);
  expect(unpackOffers(plan, message)).toEqual(offers);
  // The other thread has a plan of its own, and ids of its own.
  const arrived = unpackOffers(planOfThread(), message);
  expect(cutTile(plan, tile, arrived)).toEqual(cutTile(plan, tile, offers));
});

it('a message that came before is the same object again', () => {
  const message = packOffers({ west: whole(3).east! }, texts);
  expect(unpackOffers(plan, message)).toBe(unpackOffers(plan, `${message}`));
});
