import { expect, it } from 'vitest';
import { fittedLine } from '../../../server/evaluation/statistics/fitted-line.js';

const on = (fixed: number, slope: number) => [1, 2, 5, 40].map((amount) => ({ amount, ms: fixed + slope * amount }));

it('finds a line that samples lie on', () => {
  const { fixedMs, msPerAmount } = fittedLine(on(0.5, 2));
  expect(fixedMs).toBeCloseTo(0.5, 9);
  expect(msPerAmount).toBeCloseTo(2, 9);
});

it('takes nothing below 0', () => {
  expect(fittedLine(on(-0.5, 2))).toMatchObject({ fixedMs: 0 });
  expect(fittedLine(on(-0.5, 2)).msPerAmount).toBeGreaterThan(1.4);
  expect(
    fittedLine([
      { amount: 1, ms: 4 },
      { amount: 2, ms: 3 },
    ]).msPerAmount,
  ).toBe(0);
});

it('is the mean where all amounts are alike', () => {
  expect(
    fittedLine([
      { amount: 0, ms: 3 },
      { amount: 0, ms: 3 },
    ]),
  ).toEqual({ fixedMs: 3, msPerAmount: 0 });
});
