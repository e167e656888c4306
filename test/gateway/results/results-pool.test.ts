import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeptOutputs } from '../../../server/gateway/frames/kept-outputs.js';
import { ResultsPool } from '../../../server/gateway/results/results-pool.js';
import { planGraph } from '../../../server/geometry/choose-cut.js';
import { wholeMap } from '../../../server/geometry/region.js';
import { cropRegion, valuesOf } from '../../../server/tensor/planes.js';
import { planLayers } from '../../geometry/chain-graphs.js';
import { chain, conv as layer } from '../../geometry/layer-chains.js';
import { conv, sketchGraph } from '../../graph/test-graphs.js';

/** Two maps of different scales: two channels of 7 x 5, and three of 3 x 2, of which some of 2 x 3 tiles have no share. */
const plan = planGraph(
  sketchGraph([1, 1, 7, 5], [conv('x', 'a', [2, 1, 3]), conv('a', 'b', [3, 2, 2], { stride: 2, pad: 0 })], ['a', 'b']),
  ['a', 'b'],
  { rows: 2, columns: 3 },
);
const shapes = plan.outputs.map((map) => plan.maps[map]!);
const tileIds = plan.tiles.map(({ tileId }) => tileId);

/** Maps with a value of its own in every cell, and the tiles' shares of them. */
function mapsFrom(start: number) {
  const maps = shapes.map((shape, output) =>
    Float32Array.from({ length: valuesOf(shape) }, (_, i) => start + 100 * output + i),
  );
  const shares = (tile: number) =>
    shapes.map((shape, output) =>
      cropRegion(maps[output]!, shape.channels, wholeMap(shape), plan.tiles[tile]!.shares[output]!),
    );
  return { maps, shares };
}

describe('the results pool', () => {
  it('gives a copy of what it has of a tile', () => {
    const { shares } = mapsFrom(1);
    const pool = new ResultsPool(plan);
    expect(pool.tileOf('f', 1)).toBeNull();
    pool.place('f', 1, shares(1));
    const copy = pool.tileOf('f', 1)!;
    expect(copy).toEqual(shares(1));
    for (const values of copy) values.fill(0);
    expect(pool.tileOf('f', 1)).toEqual(shares(1));
  });

  it('puts the tiles together in whatever order they come', () => {
    const { maps, shares } = mapsFrom(1);
    fc.assert(
      fc.property(fc.shuffledSubarray(tileIds, { minLength: tileIds.length }), (order) => {
        const pool = new ResultsPool(plan);
        for (const tile of order) pool.place('f', tile, shares(tile));
        expect(pool.take('f')).toEqual(maps);
      }),
    );
  });

  it('puts nothing where a tile has no share of a map', () => {
    expect(shapes[1]).toEqual({ channels: 3, height: 3, width: 2 });
    const { shares } = mapsFrom(1);
    expect(tileIds.filter((tile) => shares(tile)[1]!.length === 0)).toEqual([0, 3]);
    const pool = new ResultsPool(plan);
    pool.place('f', 0, shares(0));
    expect(pool.tileOf('f', 0)).toEqual(shares(0));
    expect(pool.take('f')![1]!.every((value) => value === 0)).toBe(true);
  });

  it('puts blocks together that are of another numbering of the same maps', () => {
    const rows = planLayers(chain({ channels: 1, height: 4, width: 3 }, [layer(3, 2)]), 1, { rows: 1, columns: 1 });
    const pool = new ResultsPool(rows);
    for (const y0 of [2, 0]) {
      const region = { x0: 0, x1: 3, y0, y1: y0 + 2 };
      pool.placeBlocks('f', [{ map: 7, region, data: new Float32Array(12).fill(y0) }], [7]);
    }
    expect(pool.take('f')).toEqual([Float32Array.from({ length: 24 }, (_, i) => (i % 12 < 6 ? 0 : 2))]);
  });

  it('keeps frames apart', () => {
    const pool = new ResultsPool(plan);
    const [one, two] = [mapsFrom(1), mapsFrom(1_000)];
    for (const tile of tileIds) {
      pool.place('f', tile, one.shares(tile));
      pool.place('g', tile, two.shares(tile));
    }
    expect(pool.take('g')).toEqual(two.maps);
    expect(pool.take('f')).toEqual(one.maps);
  });

  it('has nothing of a frame that was taken, or never came', () => {
    const pool = new ResultsPool(plan);
    pool.place('f', 0, mapsFrom(1).shares(0));
    expect(pool.take('f')).not.toBeNull();
    expect(pool.take('f')).toBeNull();
    expect(pool.take('g')).toBeNull();
  });
});

describe('kept outputs', () => {
  it('are copies of the latest few', () => {
    const kept = new KeptOutputs(2);
    const values = Float32Array.of(1, 2);
    for (const frame of ['f', 'g', 'h']) kept.keep(frame, plan.stage, [values]);
    values.fill(0);
    expect(kept.get('f')).toBeUndefined();
    expect(kept.get('g')).toEqual({ stage: plan.stage, maps: [Float32Array.of(1, 2)] });
    kept.drop('h');
    expect(kept.get('h')).toBeUndefined();
  });

  it('are none by default', () => {
    const kept = new KeptOutputs(0);
    kept.keep('f', plan.stage, [Float32Array.of(1)]);
    expect(kept.get('f')).toBeUndefined();
  });
});
