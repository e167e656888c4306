import { beforeEach, describe, expect, it } from 'vitest';
import { planGraph } from '../../server/geometry/choose-cut.js';
import { isEmptyRegion, type Region } from '../../server/geometry/region.js';
import { oppositeSide, SIDES } from '../../server/geometry/reuse/neighbours.js';
import { cutTile } from '../../server/geometry/reuse/tile-cut.js';
import { offersOfTile } from '../../server/geometry/reuse/tile-offer.js';
import { describeModel } from '../../server/model/model-source.js';
import { StripPool } from '../../server/node/strip-pool.js';
import { regionShape, valuesOf } from '../../server/tensor/planes.js';

const network = describeModel({ name: 'face-detector', width: 96, height: 96 });
const plan = planGraph(network.graph, 8, { rows: 3, columns: 3 });
const AMPLE = 1e9;

/** A tile that ran whole: what it offers, and values for it that tell the strips apart. */
function ranWhole(tile: number, sides = SIDES) {
  const offers = offersOfTile(plan, cutTile(plan, tile), sides);
  const kept = SIDES.flatMap((side) =>
    (offers[side]?.regions ?? []).flatMap((region, map) => {
      if (isEmptyRegion(region)) return [];
      const { channels } = plan.maps[map]!;
      const data = new Float32Array(valuesOf(regionShape(channels, region))).fill(tile + map / 100);
      return [{ side, map, data }];
    }),
  );
  return { offers, kept, bytes: kept.reduce((sum, { data }) => sum + data.byteLength, 0) };
}

/** The first strip that a tile keeps for the neighbour at that side. */
function firstStrip(tile: number, side: (typeof SIDES)[number]) {
  const { offers, kept } = ranWhole(tile);
  const { map, data } = kept.find((strip) => strip.side === side)!;
  const offer = offers[side]!;
  return { consumer: offer.consumer, region: offer.regions[map]!, map, data };
}

function add(pool: StripPool, frame: string, tile: number): boolean {
  const { offers, kept } = ranWhole(tile);
  return pool.add(frame, tile, offers, kept);
}

describe('bytes of the strips that are kept', () => {
  const sizes = [0, 1, 2].map((tile) => ranWhole(tile).bytes);
  const [first, second, third] = sizes as [number, number, number];

  it('are those of all tiles; a tile that runs again replaces what it kept', () => {
    const pool = new StripPool(AMPLE);
    expect([add(pool, 'a-1', 0), add(pool, 'a-1', 1)]).toEqual([true, true]);
    expect(pool.bytes).toBe(first + second);
    add(pool, 'a-1', 1);
    expect(pool.bytes).toBe(first + second);
    const less = ranWhole(1, ['south']);
    expect(less.bytes).toBeLessThan(second);
    pool.add('a-1', 1, less.offers, less.kept);
    expect(pool.bytes).toBe(first + less.bytes);
    expect(pool.offersOf('a-1', 1)).toEqual(less.offers);
    pool.drop('a-1');
    expect([pool.bytes, pool.frames]).toEqual([0, []]);
  });

  it('stay within the bound: the oldest frame goes first', () => {
    const pool = new StripPool(first + second + third);
    for (const [tile, frame] of ['a-1', 'a-2', 'a-3'].entries()) expect(add(pool, frame, tile)).toBe(true);
    expect([pool.frames, pool.bytes]).toEqual([['a-1', 'a-2', 'a-3'], first + second + third]);
    expect(add(pool, 'a-4', 0)).toBe(true);
    expect([pool.frames, pool.bytes]).toEqual([['a-2', 'a-3', 'a-4'], second + third + first]);
    expect(pool.offersOf('a-1', 0)).toBeNull();
  });

  it('of the current frame go last, and of one tile only where they fit alone', () => {
    const pool = new StripPool(second + third - 1);
    add(pool, 'a-1', 0);
    expect([add(pool, 'a-2', 1), pool.frames]).toEqual([
      true,
      first + second < second + third ? ['a-1', 'a-2'] : ['a-2'],
    ]);
    expect(add(pool, 'a-2', 2)).toBe(false);
    expect([pool.frames, pool.bytes]).toEqual([[], 0]);
    expect(add(pool, 'a-2', 2)).toBe(true);
    expect(pool.bytes).toBe(third);
    const tiny = new StripPool(first - 1);
    expect([add(tiny, 'a-1', 0), tiny.bytes, tiny.frames]).toEqual([false, 0, []]);
    expect(new StripPool(first).add('a-1', 0, ranWhole(0).offers, ranWhole(0).kept)).toBe(true);
  });

  it('of the oldest frame go even when it is that one that grows', () => {
    const pool = new StripPool(first + second);
    add(pool, 'a-1', 0);
    add(pool, 'a-2', 1);
    expect(add(pool, 'a-1', 2)).toBe(false);
    expect([pool.frames, pool.bytes]).toEqual([['a-2'], second]);
  });

  it('never differ from what is there, however often frames come, go and come again', () => {
    const pool = new StripPool(3 * second);
    for (let i = 0; i < 200; i++) {
      add(pool, `a-${(i * 7) % 5}`, (i * 5) % 9);
      if (i % 11 === 0) pool.drop(`a-${i % 5}`);
      const there = pool.frames.flatMap((frame) =>
        plan.tiles.map(({ tileId }) => (pool.offersOf(frame, tileId) === null ? 0 : ranWhole(tileId).bytes)),
      );
      expect(pool.bytes).toBe(there.reduce((sum, bytes) => sum + bytes, 0));
      expect(pool.bytes).toBeLessThanOrEqual(3 * second);
    }
  });

  it('are not touched by dropping a frame that is not there', () => {
    const pool = new StripPool(AMPLE);
    add(pool, 'a-1', 0);
    pool.drop('a-2');
    pool.drop('a-1');
    pool.drop('a-1');
    expect(pool.bytes).toBe(0);
    expect(add(pool, 'a-1', 0)).toBe(true);
    expect([pool.bytes, pool.frames]).toEqual([first, ['a-1']]);
  });

  it('a strip that is not offered is not kept', () => {
    const pool = new StripPool(AMPLE);
    const { kept } = ranWhole(0);
    pool.add('a-1', 0, {}, kept);
    expect([pool.bytes, pool.offersOf('a-1', 0)]).toEqual([0, {}]);
  });
});

describe('strips that nobody can use any more', () => {
  it('go, with their bytes and offers; the others stay', () => {
    const pool = new StripPool(AMPLE);
    add(pool, 'a-1', 4);
    add(pool, 'a-1', 0);
    const { offers, kept } = ranWhole(4);
    pool.keepOnly('a-1', 4, ['east', 'north']);
    const left = kept.filter(({ side }) => side === 'east' || side === 'north');
    const bytes = left.reduce((sum, { data }) => sum + data.byteLength, 0);
    expect(pool.bytes).toBe(bytes + ranWhole(0).bytes);
    expect(pool.offersOf('a-1', 4)).toEqual({ north: offers.north, east: offers.east });
    const { map } = kept.find(({ side }) => side === 'south')!;
    expect(pool.strip('a-1', 4, oppositeSide('south'), map)).toBeNull();
    pool.keepOnly('a-1', 4, []);
    pool.keepOnly('a-1', 8, []);
    pool.keepOnly('a-2', 4, []);
    expect([pool.bytes, pool.offersOf('a-1', 4)]).toEqual([ranWhole(0).bytes, {}]);
    pool.drop('a-1');
    expect(pool.bytes).toBe(0);
  });
});

describe('finding a strip', () => {
  let pool: StripPool;
  beforeEach(() => {
    pool = new StripPool(AMPLE);
    add(pool, 'a-1', 4);
  });
  const find = (consumer: number, map: number, region: Region, frame = 'a-1') =>
    pool.find(plan, frame, consumer, { map, region });

  it.each(SIDES)('that the tile in the middle keeps for its neighbour at the %s', (side) => {
    const { consumer, region, map, data } = firstStrip(4, side);
    expect(find(consumer, map, region)).toEqual({ region, data });
    expect(pool.strip('a-1', 4, oppositeSide(side), map)).toEqual({ region, data });
    const part = { ...region, x0: region.x1 - 1, y0: region.y1 - 1 };
    expect(find(consumer, map, part)).toEqual({ region, data });
  });

  it('not where the region, the map, the frame or the tile is another', () => {
    const { consumer, region, map } = firstStrip(4, 'south');
    const more = [
      { ...region, x0: region.x0 - 1 },
      { ...region, x1: region.x1 + 1 },
      { ...region, y0: region.y0 - 1 },
      { ...region, y1: region.y1 + 1 },
    ];
    for (const wanted of more) expect(find(consumer, map, wanted)).toBeNull();
    const beside = { ...region, y0: region.y1, y1: region.y1 + 1 };
    expect(find(consumer, map, beside)).toBeNull();
    for (const other of [0, 99, 999]) expect(find(consumer, other, region)).toBeNull();
    expect(find(consumer, map, region, 'a-2')).toBeNull();
    expect(find(4, map, region)).toBeNull();
    expect(find(0, map, region)).toBeNull();
    expect(pool.strip('a-1', 4, 'north', 99)).toBeNull();
    expect(pool.strip('a-1', 4, 'north', 0)).toBeNull();
    expect(pool.strip('a-1', 3, 'north', map)).toBeNull();
  });

  it('not after its frame was dropped', () => {
    const { consumer, region, map } = firstStrip(4, 'east');
    pool.drop('a-1');
    expect(find(consumer, map, region)).toBeNull();
  });
});
