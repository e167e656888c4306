import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StoreClock, type StoreTime, storeTimeAt } from '../../../server/gateway/archive/store-clock.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW_MS = Date.UTC(2026, 10, 29);
const BEFORE: StoreTime = { storeMs: NOW_MS, wallMs: NOW_MS, upMs: 5 * HOUR_MS, boot: 'a' };

const passed = (now: Partial<StoreTime>, before: Partial<StoreTime> = {}) => {
  const then = { ...BEFORE, ...before };
  return storeTimeAt(then, { ...then, ...now }) - then.storeMs;
};

describe('a store that is opened again', () => {
  it('begins with the wall clock when it is new', () => {
    expect(storeTimeAt(null, { wallMs: 12, upMs: 3, boot: null })).toBe(12);
  });

  it.each([
    ['stands', 0],
    ['jumps from 1970', NOW_MS],
    ['jumps a year on', 365 * DAY_MS],
    ['jumps a year back', -365 * DAY_MS],
  ])('in the same boot goes by the uptime, when the wall clock %s', (_name, jumpMs) => {
    expect(passed({ wallMs: NOW_MS + jumpMs, upMs: BEFORE.upMs + HOUR_MS })).toBe(HOUR_MS);
  });

  it('in another boot goes by the wall clock', () => {
    expect(passed({ wallMs: NOW_MS + 3 * DAY_MS, upMs: HOUR_MS, boot: 'b' })).toBe(3 * DAY_MS);
  });

  it('in another boot goes by the uptime at least: the clock was set back, or has not been set', () => {
    for (const wallMs of [NOW_MS - DAY_MS, 60_000, NOW_MS + 1]) {
      expect(passed({ wallMs, upMs: HOUR_MS, boot: 'b' })).toBe(HOUR_MS);
    }
  });

  it('in another boot does not take 1970 for a time: it ages by the uptime', () => {
    expect(passed({ wallMs: NOW_MS, upMs: HOUR_MS, boot: 'b' }, { wallMs: 60_000, storeMs: 60_000 })).toBe(HOUR_MS);
  });

  it('goes by the wall clock where no boot has a name, and never back', () => {
    expect(passed({ wallMs: NOW_MS + DAY_MS, boot: null }, { boot: null })).toBe(DAY_MS);
    expect(passed({ wallMs: NOW_MS - DAY_MS, boot: null }, { boot: null })).toBe(0);
  });
});

describe('a store’s clock', () => {
  beforeEach(() => vi.useFakeTimers({ now: NOW_MS }));
  afterEach(() => vi.useRealTimers());

  it('goes on evenly while the wall clock jumps', () => {
    const clock = new StoreClock(Date.now());
    vi.setSystemTime(NOW_MS + 365 * DAY_MS);
    expect(clock.nowMs()).toBeCloseTo(NOW_MS, 0);
    vi.advanceTimersByTime(HOUR_MS);
    vi.setSystemTime(0);
    expect(clock.nowMs()).toBeCloseTo(NOW_MS + HOUR_MS, 0);
  });

  it('goes on from an earlier life, and not back behind a frame', () => {
    const clock = new StoreClock(Date.now());
    clock.resume(BEFORE, { ...BEFORE, upMs: BEFORE.upMs + HOUR_MS });
    expect(clock.nowMs()).toBeCloseTo(NOW_MS + HOUR_MS, 0);
    clock.atLeast(NOW_MS);
    expect(clock.nowMs()).toBeCloseTo(NOW_MS + HOUR_MS, 0);
    clock.atLeast(NOW_MS + DAY_MS);
    expect(clock.nowMs()).toBeCloseTo(NOW_MS + DAY_MS, 0);
  });
});
