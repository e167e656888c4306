import { describe, expect, it, test } from 'vitest';
import { LIMITS } from './cluster-shape.js';
import { frameFacts, START_MS } from './good-facts.js';
import { untrueReason } from './reasons.js';

const window = (fault: string, fromMs: number, toMs: number) => ({
  ...{ fault, node: 'e0' },
  fromMs: START_MS + fromMs,
  toMs: START_MS + toMs,
});
const spent = { code: 'DT_TILE_ATTEMPTS', attempts: LIMITS.attempts };

describe('a reason to have failed', () => {
  it('is true when a fault that brings it about met the frame, or had just done so', () => {
    expect(untrueReason(frameFacts('f', spent), [window('kill', 1_500, 1_600)])).toBeNull();
    expect(untrueReason(frameFacts('f', spent), [window('kill', 0, 500)])).toBeNull();
  });

  it('is not true when nothing was done, or at another time, or something that brings about nothing', () => {
    const frame = frameFacts('f', { ...spent, fromMs: 100_000, toMs: 101_000 });
    expect(untrueReason(frame, [])).toContain('nothing was done');
    expect(untrueReason(frame, [window('kill', 0, 1_000)])).toContain('nothing was done');
    expect(untrueReason(frame, [window('kill', 102_000, 103_000)])).toContain('nothing was done');
    expect(untrueReason(frame, [window('duplicate', 99_000, 102_000)])).toContain('nothing was done');
  });

  test.each([
    ['attempts that it did not have', { code: 'DT_TILE_ATTEMPTS', attempts: LIMITS.attempts - 1 }, 'attempts'],
    ['a time that it did not have', { code: 'DT_FRAME_TIMEOUT' }, 'time'],
    ['that no device was there, sooner than one is lost', { code: 'DT_NO_DEVICE' }, 'no device'],
    ['the remaining layers, which nothing harms', { code: 'DT_REMAINING_LAYERS' }, 'no fault brings about'],
  ])('is not true when it names %s', (_what, facts, said) => {
    expect(untrueReason(frameFacts('f', facts), [window('stall', 1_000, 2_000)])?.includes(said)).toBe(true);
  });

  it('is true when it names a time that it had', () => {
    const late = { toMs: 1_000 + LIMITS.frameTimeoutMs };
    const faults = [window('stall', 1_000, 2_000)];
    expect(untrueReason(frameFacts('f', { code: 'DT_FRAME_TIMEOUT', ...late }), faults)).toBeNull();
    expect(untrueReason(frameFacts('f', { code: 'DT_NO_DEVICE', ...late }), faults)).toBeNull();
    expect(untrueReason(frameFacts('f', { code: 'DT_SOURCE_UNREACHABLE' }), faults)).toBeNull();
  });

  it('has to be given', () => {
    const { frame } = frameFacts('f');
    expect(untrueReason({ frame: { ...frame, state: 'failed' }, attempts: 1 }, [])).toBe('it gives no reason');
  });
});
