import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TILES_AHEAD } from '../../../server/scheduling/device/device-pace.js';
import { TilesUnderWay } from '../../../server/scheduling/device/tiles-under-way.js';
import { propertyRuns } from '../../support/property-runs.js';

/** A thread that got tiles at these times. */
function threadWith(addedAtMs: readonly number[], aheadMs: number | null = 6): TilesUnderWay<string> {
  const underWay = new TilesUnderWay<string>(aheadMs);
  for (const [i, atMs] of addedAtMs.entries()) underWay.add(`t${i}`, atMs);
  return underWay;
}

describe('when the compute thread is to have its next tile', () => {
  it.each([
    ['at once while it has none', [], 100, 0, 0],
    ['only after the first, while nobody knows how long that takes', [0], null, 5, Number.POSITIVE_INFINITY],
    ['6 ms before a large one usually ends', [10], 100, 30, 74],
    ['at once when a large one takes longer than usual', [10], 100, 500, 0],
    ['not before the first of two large ones is done: what is left of both counts', [10, 104], 100, 104, 100],
    [
      'only after the first, when that takes longer than usual and there is enough behind it',
      [0, 0],
      7,
      8,
      Number.POSITIVE_INFINITY,
    ],
    ['at once when that takes longer than usual, with little behind it', [0, 0], 5, 8, 0],
    ['at once beside small ones', [10, 10], 2, 10, 0],
    ['when less than 6 ms are left of several', [10, 10], 4, 10, 2],
  ])('%s', (_what, added, medianMs, nowMs, expected) => {
    expect(threadWith(added).nextInMs(medianMs, nowMs)).toBe(expected);
  });

  it('is when one of them is done, once it has as many as it may have', () => {
    const underWay = threadWith(Array.from({ length: TILES_AHEAD }, () => 0));
    expect(underWay.nextInMs(0.1, 0)).toBe(0);
    underWay.add('last', 0);
    expect(underWay.nextInMs(0.1, 0)).toBe(Number.POSITIVE_INFINITY);
    underWay.remove('t0', 1);
    expect(underWay.nextInMs(0.1, 1)).toBe(0);
  });

  it('comes for who waits so long, however many digits the clock has', () => {
    const moments = fc.record({
      sinceMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
      medianMs: fc.double({ min: 0.01, max: 20, noNaN: true }),
      tiles: fc.integer({ min: 1, max: TILES_AHEAD }),
    });
    fc.assert(
      fc.property(moments, ({ sinceMs, tiles, medianMs }) => {
        const underWay = threadWith(Array.from({ length: tiles }, () => sinceMs));
        let nowMs = sinceMs;
        let waits = 0;
        for (
          let leftMs = underWay.nextInMs(medianMs, nowMs);
          leftMs > 0 && leftMs < Number.POSITIVE_INFINITY;
          waits++
        ) {
          expect(waits).toBeLessThan(5);
          nowMs += leftMs;
          leftMs = underWay.nextInMs(medianMs, nowMs);
        }
      }),
      { numRuns: propertyRuns(2_000) },
    );
  });

  it('is when it has none, where nothing is to be given ahead', () => {
    const underWay = threadWith([0], null);
    expect(underWay.nextInMs(0.1, 0)).toBe(Number.POSITIVE_INFINITY);
    underWay.remove('t0', 1);
    expect(underWay.nextInMs(0.1, 1)).toBe(0);
  });
});

describe('the tiles of a compute thread', () => {
  it('are in its order; the next one begins when the first is gone', () => {
    const underWay = threadWith([0, 0]);
    expect([underWay.first, underWay.tiles]).toEqual(['t0', ['t0', 't1']]);
    underWay.remove('t0', 40);
    expect([underWay.first, underWay.tiles]).toEqual(['t1', ['t1']]);
    expect(underWay.nextInMs(20, 50)).toBe(4);
  });

  it('that go out of order leave the first one’s time alone', () => {
    const underWay = threadWith([0, 0]);
    underWay.remove('t1', 10);
    underWay.remove('t1', 11);
    expect(underWay.tiles).toEqual(['t0']);
    expect(underWay.nextInMs(20, 12)).toBe(2);
  });
});
