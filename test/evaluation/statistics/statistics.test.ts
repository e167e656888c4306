import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bootstrapInterval, median, quantile } from '../../../server/evaluation/statistics/statistics.js';

const samples = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });

describe('quantiles', () => {
  it('are the samples at the ends and lie on straight lines between them', () => {
    expect(quantile([3, 1, 2], 0)).toBe(1);
    expect(quantile([3, 1, 2], 1)).toBe(3);
    expect(quantile([10, 20, 30, 40], 0.5)).toBe(25);
    expect(quantile([0, 10], 0.9)).toBe(9);
    expect(median([5])).toBe(5);
  });

  it('grow with their share, and leave the samples as they are', () => {
    fc.assert(
      fc.property(samples, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const before = [...values];
        expect(quantile(values, share)).toBeGreaterThanOrEqual(Math.min(...values));
        expect(quantile(values, share)).toBeLessThanOrEqual(quantile(values, 1));
        expect(values).toEqual(before);
      }),
    );
  });

  it('are refused where there is nothing to say', () => {
    expect(() => median([])).toThrow(RangeError);
    expect(() => quantile([1], 1.5)).toThrow(RangeError);
    expect(() => quantile([1], Number.NaN)).toThrow(RangeError);
    expect(() => bootstrapInterval([], median, { seed: 1 })).toThrow(RangeError);
  });
});

describe('the bootstrap', () => {
  it('gives the same interval for the same seed', () => {
    const values = [1, 5, 2, 8, 3, 9];
    expect(bootstrapInterval(values, median, { seed: 7 })).toEqual(bootstrapInterval(values, median, { seed: 7 }));
    expect(bootstrapInterval([4], median, { seed: 7 })).toEqual({ low: 4, high: 4 });
  });

  it('holds the statistic of the samples, and is narrower with less confidence', () => {
    fc.assert(
      fc.property(samples, fc.integer(), (values, seed) => {
        const wide = bootstrapInterval(values, median, { seed, confidence: 0.99, resamples: 200 });
        const narrow = bootstrapInterval(values, median, { seed, confidence: 0.5, resamples: 200 });
        expect(wide.low).toBeLessThanOrEqual(narrow.low);
        expect(wide.high).toBeGreaterThanOrEqual(narrow.high);
        expect(wide.low).toBeLessThanOrEqual(median(values));
        expect(wide.high).toBeGreaterThanOrEqual(median(values));
      }),
      { numRuns: 30 },
    );
  });

  it('has the width that theory gives: of a mean of 100 uniform samples about 2 x 1.96 / sqrt(12 x 100)', () => {
    const values = Array.from({ length: 100 }, (_, i) => (i + 0.5) / 100);
    const mean = (all: readonly number[]) => all.reduce((sum, value) => sum + value, 0) / all.length;
    const { low, high } = bootstrapInterval(values, mean, { seed: 3 });
    expect(high - low).toBeGreaterThan(0.09);
    expect(high - low).toBeLessThan(0.14);
  });
});
