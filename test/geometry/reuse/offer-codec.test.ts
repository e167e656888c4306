import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseGrid } from '../../../server/geometry/grid.js';
import { decodeOffers, encodeOffers } from '../../../server/geometry/reuse/offer-codec.js';
import { cutTile } from '../../../server/geometry/reuse/tile-cut.js';
import { offersOfTile, offersToTile, type TileOffers } from '../../../server/geometry/reuse/tile-offer.js';
import { arbitraryPlanCase } from '../arbitrary-plans.js';
import { planLayers } from '../chain-graphs.js';
import { chain, conv, yolov2Chain } from '../layer-chains.js';

describe('encodeOffers', () => {
  it('writes regions by side, from the second map on, and nothing as nothing', () => {
    const plan = planLayers(
      chain({ channels: 1, height: 8, width: 8 }, [conv(3, 1), conv(3, 1), conv(3, 1)]),
      3,
      parseGrid('1x2'),
    );
    const { held } = cutTile(plan, 0);
    const offers = offersOfTile(plan, { tileId: 0, held: held.with(1, held[2]!) });
    expect(encodeOffers(offersOfTile(plan, { tileId: 0, held }))).toEqual({
      east: [[4, 0, 6, 8], [3, 0, 5, 8], []],
    });
    expect(encodeOffers(offers)).toEqual({
      east: [[4, 0, 5, 8], [3, 0, 5, 8], []],
    });
    expect(encodeOffers({})).toEqual({});
  });

  it('stays below 1 KB for the tiles of YOLOv2', () => {
    for (const grid of ['2x2', '5x5', '8x8']) {
      const plan = planLayers(yolov2Chain(), 16, parseGrid(grid));
      for (const { tileId } of plan.tiles) {
        const text = JSON.stringify(encodeOffers(offersOfTile(plan, cutTile(plan, tileId))));
        expect(text.length).toBeLessThan(1024);
      }
    }
  });
});

describe('decodeOffers', () => {
  it('gives back what was encoded, through JSON, also for tiles that reused', () => {
    fc.assert(
      fc.property(arbitraryPlanCase(14, 5), ({ layers, depth, grid }) => {
        const plan = planLayers(layers, depth, grid);
        const offers: TileOffers[] = [];
        for (const { tileId } of plan.tiles) {
          const cut = cutTile(
            plan,
            tileId,
            offersToTile(plan, tileId, (producer) => offers[producer] ?? null),
          );
          offers[tileId] = offersOfTile(plan, cut);
          const text = JSON.stringify(encodeOffers(offers[tileId]));
          expect(decodeOffers(plan, tileId, JSON.parse(text))).toEqual(offers[tileId]);
        }
      }),
      { numRuns: 60 },
    );
  });

  const plan = planLayers(yolov2Chain(), 16, parseGrid('3x3'));
  const valid = encodeOffers(offersOfTile(plan, cutTile(plan, 0))) as Record<string, number[][]>;
  const east = (change: (regions: unknown[]) => unknown) => ({ east: change([...valid.east!]) });

  const refusals: { name: string; encoded: unknown; says: RegExp }[] = [
    { name: 'no object', encoded: 'east', says: /an object with lists.*got a value of type string/ },
    { name: 'null', encoded: null, says: /got null/ },
    { name: 'a list', encoded: [], says: /got a list|got \[\]/ },
    { name: 'an unknown side', encoded: { up: [] }, says: /north, south, west, east, got 'up'/ },
    { name: 'a side where the grid ends', encoded: { north: valid.south }, says: /nothing to the north/ },
    { name: 'no list', encoded: { east: 7 }, says: /to the east a list of 8 regions/ },
    {
      name: 'too few regions',
      encoded: east((regions) => regions.slice(1)),
      says: /a list of 8 regions, got a list of 7/,
    },
    {
      name: 'three numbers',
      encoded: east((regions) => regions.with(0, [1, 2, 3])),
      says: /on map 1 .*got \[1, 2, 3\]/,
    },
    { name: 'no numbers', encoded: east((regions) => regions.with(0, ['1', '2', '3', '4'])), says: /on map 1/ },
    { name: 'fractions', encoded: east((regions) => regions.with(0, [1, 2, 3, 4.5])), says: /on map 1/ },
    { name: 'an empty region', encoded: east((regions) => regions.with(1, [80, 0, 80, 4])), says: /on map 2/ },
    { name: 'a region outside the map', encoded: east((regions) => regions.with(1, [-1, 0, 2, 4])), says: /on map 2/ },
    {
      name: 'a region that the producer never has',
      encoded: east((regions) => regions.with(1, [150, 0, 152, 4])),
      says: /share/,
    },
    {
      name: 'a region that the consumer never needs',
      encoded: east((regions) => regions.with(1, [0, 0, 2, 4])),
      says: /share/,
    },
  ];

  it.each(refusals)('refuses $name', ({ encoded, says }) => {
    expect(() => decodeOffers(plan, 0, encoded)).toThrow(
      expect.objectContaining({ code: 'DT_OFFER_INVALID', message: expect.stringMatching(says) }),
    );
  });

  it('refuses a tile that the plan does not have', () => {
    expect(() => decodeOffers(plan, 9, {})).toThrow(expect.objectContaining({ code: 'DT_TILE_OUTSIDE' }));
  });
});
