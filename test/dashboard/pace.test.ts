import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countEnded,
  type Pace,
  paceSeries,
  percentile,
  SLOT_MS,
  SLOTS,
  summarise,
} from '../../dashboard/src/state/pace.js';
import { aCompleteFrame } from './contract-examples.js';

const START = Date.UTC(2026, 10, 23, 9);
const endedAt = (ms: number, totalMs = 100) =>
  aCompleteFrame(1, {
    endedAt: new Date(START + ms).toISOString(),
    timing: { totalMs, fusedMs: null, remainingMs: null },
  });
const paceOf = (...times: number[]): Pace => times.reduce<Pace>((pace, ms) => countEnded(pace, endedAt(ms)), []);

describe('pace', () => {
  it('counts frames by when they ended, in whatever order that is told', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(SLOTS * SLOT_MS - SLOT_MS), { maxLength: 60 }), (times) => {
        const pace = paceOf(...times);
        const slots = pace.map(({ slot }) => slot);
        expect(slots).toEqual([...new Set(slots)].sort((a, b) => a - b));
        expect(pace.reduce((sum, { complete }) => sum + complete, 0)).toBe(times.length);
      }),
    );
  });

  it('forgets what is older than five minutes, and keeps no more', () => {
    const pace = paceOf(...Array.from({ length: 400 }, (_, index) => index * SLOT_MS));
    expect(pace).toHaveLength(SLOTS);
    expect(countEnded(pace, endedAt(0))).toBe(pace);
  });

  it('knows the rate and the latencies of the last while', () => {
    const pace = paceOf(...Array.from({ length: 200 }, (_, index) => index * 50));
    const { framesPerSecond, p50Ms } = summarise(pace, START + 10_000, 8_000);
    expect(framesPerSecond).toBeCloseTo(20, 0);
    expect(p50Ms).toBe(100);
    expect(summarise([], START, 8_000)).toEqual({ framesPerSecond: 0, p50Ms: null, p95Ms: null });
  });

  it('is a series without gaps, of whole slots', () => {
    const { times, framesPerSecond } = paceSeries(paceOf(0, 10), START + 2 * SLOT_MS);
    expect(times).toHaveLength(SLOTS);
    expect(framesPerSecond.slice(-2)).toEqual([1, 0]);
  });
});

it('percentiles are of those that were measured', () => {
  const values = Array.from({ length: 100 }, (_, index) => index + 1);
  expect(percentile(values, 0.5)).toBe(50);
  expect(percentile(values, 0.95)).toBe(95);
  expect(percentile([7], 0.95)).toBe(7);
});
