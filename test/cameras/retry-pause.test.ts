import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CameraError } from '../../server/cameras/camera-error.js';
import { PicturePace } from '../../server/cameras/picture-pace.js';
import { retryPauseMs } from '../../server/cameras/retry-pause.js';

describe('the pause after a failure', () => {
  test('grows, and has an end', () => {
    const pauses = [1, 2, 3, 9].map((failures) => retryPauseMs(new CameraError('unreachable', ''), failures, 200, 1));
    expect(pauses).toEqual([1_000, 2_000, 4_000, 30_000]);
  });

  test('is long after a refused login, for an account may be locked after five wrong passwords', () => {
    const pauses = [1, 2, 3, 9].map((failures) => retryPauseMs(new CameraError('login', ''), failures, 200, 0));
    expect(pauses).toEqual([60_000, 120_000, 240_000, 1_800_000]);
  });

  test('is short after a stream that gave pictures', () => {
    const pauses = [1, 2, 3, 9].map((failures) => retryPauseMs(new CameraError('ended', ''), failures, 200, 1));
    expect(pauses).toEqual([1_000, 2_000, 4_000, 5_000]);
  });

  test('is at least what the camera asks for', () => {
    const busy = new CameraError('answer', '', { retryAfterMs: 7_000 });
    expect(retryPauseMs(busy, 1, 200, 0)).toBe(7_000);
  });
});

describe('pictures by the clock', () => {
  const picked = (fps: number, times: readonly number[]) => {
    const pace = new PicturePace(fps);
    return times.filter((ms) => pace.isDue(ms));
  };

  test.each([
    ['two a second of a stream with ten', 2, 100, 10],
    ['all of a stream that has fewer', 5, 1_000, 5],
    ['one a second of a stream with three and a third', 1, 300, 5],
  ])('%s', (_name, fps, everyMs, number) => {
    const times = Array.from({ length: 5_000 / everyMs }, (_, i) => i * everyMs);
    expect(picked(fps, times)).toHaveLength(number);
  });

  test('never more than the rate, and not in a burst after a silence', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2_000), { maxLength: 50 }), fc.integer({ min: 1, max: 10 }), (gaps, fps) => {
        let now = 0;
        const times = gaps.map((gap) => {
          now += gap;
          return now;
        });
        const taken = picked(fps, times);
        // Ticks keep their rate, so two pictures may be closer than a period, three may not.
        for (let i = 2; i < taken.length; i++) expect(taken[i]! - taken[i - 2]!).toBeGreaterThanOrEqual(1000 / fps - 1);
      }),
    );
  });
});
