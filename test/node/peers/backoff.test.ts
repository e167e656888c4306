import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pause } from '../../../server/node/pause.js';
import { backoffMs } from '../../../server/node/peers/backoff.js';

const BACKOFF = { firstMs: 100, mostMs: 5_000 };

describe('backoffMs', () => {
  it('doubles from the first to the most', () => {
    const waits = Array.from({ length: 9 }, (_, i) => backoffMs(BACKOFF, i + 1, 1));
    expect(waits).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
  });

  it('is anything from nothing to what is due, however many tries failed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
        const due = Math.min(BACKOFF.mostMs, BACKOFF.firstMs * 2 ** (failures - 1));
        const wait = backoffMs(BACKOFF, failures, random);
        expect(wait).toBeCloseTo(due * random, 6);
      }),
    );
  });
});

describe('pause', () => {
  it('ends at once, without an error, when it is aborted before or meanwhile', async () => {
    await pause(60_000, AbortSignal.abort());
    const stop = new AbortController();
    const paused = pause(60_000, stop.signal);
    stop.abort();
    await paused;
  });
});
