import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeptOutputs } from '../../../server/gateway/frames/kept-outputs.js';
import { ResultsPool } from '../../../server/gateway/results/results-pool.js';
import { planFtp } from '../../../server/geometry/ftp-plan.js';
import { wholeMap } from '../../../server/geometry/region.js';
import { cropRegion, valuesOf } from '../../../server/tensor/planes.js';
import { chain, conv } from '../../geometry/layer-chains.js';

/** Two channels of 7 x 5, in tiles of 2 x 3. */
const plan = planFtp(chain({ channels: 1, height: 7, width: 5 }, [conv(3, 2)]), 1, { rows: 2, columns: 3 });
const shape = plan.maps[1]!;
const tileIds = plan.tiles.map(({ tileId }) => tileId);

/** A map with a value of its own in every cell, and the tiles' shares of it. */
function mapFrom(start: number) {
  const map = Float32Array.from({ length: valuesOf(shape) }, (_, i) => start + i);
  const share = (tile: number) => cropRegion(map, shape.channels, wholeMap(shape), plan.tiles[tile]!.regions[1]!);
  return { map, share };
}

describe('the results pool', () => {
  it('gives a copy of what it has of a tile', () => {
    const { share } = mapFrom(1);
    const pool = new ResultsPool(plan);
    expect(pool.tileOf('f', 1)).toBeNull();
    pool.place('f', 1, share(1));
    const copy = pool.tileOf('f', 1)!;
    expect(copy).toEqual(share(1));
    copy.fill(0);
    expect(pool.tileOf('f', 1)).toEqual(share(1));
  });

  it('puts the tiles together in whatever order they come', () => {
    const { map, share } = mapFrom(1);
    fc.assert(
      fc.property(fc.shuffledSubarray(tileIds, { minLength: tileIds.length }), (order) => {
        const pool = new ResultsPool(plan);
        for (const tile of order) pool.place('f', tile, share(tile));
        expect(pool.take('f')).toEqual(map);
      }),
    );
  });

  it('keeps frames apart', () => {
    const pool = new ResultsPool(plan);
    const [one, two] = [mapFrom(1), mapFrom(1_000)];
    for (const tile of tileIds) {
      pool.place('f', tile, one.share(tile));
      pool.place('g', tile, two.share(tile));
    }
    expect(pool.take('g')).toEqual(two.map);
    expect(pool.take('f')).toEqual(one.map);
  });

  it('has nothing of a frame that was taken, or never came', () => {
    const pool = new ResultsPool(plan);
    pool.place('f', 0, mapFrom(1).share(0));
    expect(pool.take('f')).not.toBeNull();
    expect(pool.take('f')).toBeNull();
    expect(pool.take('g')).toBeNull();
  });
});

describe('kept outputs', () => {
  it('are copies of the latest few', () => {
    const kept = new KeptOutputs(2);
    const values = Float32Array.of(1, 2);
    for (const frame of ['f', 'g', 'h']) kept.keep(frame, values);
    values.fill(0);
    expect(kept.get('f')).toBeUndefined();
    expect(kept.get('g')).toEqual(Float32Array.of(1, 2));
    kept.drop('h');
    expect(kept.get('h')).toBeUndefined();
  });

  it('are none by default', () => {
    const kept = new KeptOutputs(0);
    kept.keep('f', Float32Array.of(1));
    expect(kept.get('f')).toBeUndefined();
  });
});
