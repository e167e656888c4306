import { expect, it } from 'vitest';
import { allSidesOrNone } from '../../../server/geometry/reuse/all-sides.js';
import { SIDES } from '../../../server/geometry/reuse/neighbours.js';
import { cutTile } from '../../../server/geometry/reuse/tile-cut.js';
import { offersOfTile, offersToTile, onlySides } from '../../../server/geometry/reuse/tile-offer.js';
import { planLayers } from '../chain-graphs.js';
import { chain, conv } from '../layer-chains.js';

const layers = chain({ channels: 1, height: 24, width: 24 }, [conv(3, 1), conv(3, 1)]);
const plan = planLayers(layers, 2, { rows: 3, columns: 3 });
const offersTo = (tile: number) => offersToTile(plan, tile, (producer) => offersOfTile(plan, cutTile(plan, producer)));

it.each([0, 1, 4, 8])('tile %i reuses all of the neighbours that it has, or nothing', (tile) => {
  const all = offersTo(tile);
  expect(allSidesOrNone(plan.grid, tile, all)).toBe(all);
  for (const missing of SIDES.filter((side) => all[side] !== undefined)) {
    const some = onlySides(
      all,
      SIDES.filter((side) => side !== missing),
    );
    expect(allSidesOrNone(plan.grid, tile, some)).toEqual({});
  }
});
