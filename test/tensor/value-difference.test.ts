import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { relativeDifference } from '../../server/tensor/value-difference.js';

const of = (...values: number[]) => Float32Array.from(values);
const { NaN: NONE, POSITIVE_INFINITY: INF } = Number;

describe('how far two lists of values are apart', () => {
  it.each([
    ['nothing, where they are the same', of(1, -2, 0), of(1, -2, 0), 0],
    ['nothing, where there are none', of(), of(), 0],
    ['nothing, where all are 0', of(0, 0), of(0, -0), 0],
    ['a share of the largest value of either', of(1, -4), of(1.5, -4), 0.125],
    ['a share of the largest value also where that is the other one', of(0, 1), of(0, -8), 9 / 8],
    ['infinite, where one is no number', of(1, NONE), of(1, 2), INF],
    ['nothing, where both are none', of(1, NONE), of(1, NONE), 0],
    ['infinite, where one is infinite', of(1, INF), of(1, 3e38), INF],
    ['infinite, where they are infinite to different sides', of(INF), of(-INF), INF],
    ['no less for an infinity in both', of(INF, 1), of(INF, 2), 0.5],
    ['infinite, where there are more of one', of(1), of(1, 1), INF],
  ])('%s', (_what, a, b, expected) => {
    expect(relativeDifference(a, b)).toBe(expected);
    expect(relativeDifference(b, a)).toBe(expected);
  });

  it('finds one value that is off by more than the tolerance, wherever it is', () => {
    const values = fc.float32Array({ minLength: 1, maxLength: 50, noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(values, fc.nat(), (a, pick) => {
        const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
        const b = a.slice();
        b[pick % b.length] = Math.fround(b[pick % b.length]! / 2 + (b[pick % b.length]! < 0 ? 1 : -1) * (largest / 4));
        fc.pre(Math.abs(a[pick % a.length]! - b[pick % b.length]!) > largest / 100);
        expect(relativeDifference(a, b)).toBeGreaterThan(1e-3);
      }),
    );
  });
});
