import { expect, it } from 'vitest';
import { mapDifference } from '../../../server/evaluation/measure/map-difference.js';

it('is the largest of all values, as it is and as a share of the largest wanted one', () => {
  const difference = mapDifference(Float32Array.of(1, -3, 2), Float32Array.of(1, -4, 2.5));
  expect(difference).toEqual({ absolute: 1, relative: 0.25 });
  expect(mapDifference(Float32Array.of(0, 0), Float32Array.of(0, 0))).toEqual({ absolute: 0, relative: 0 });
});

it('is infinite where there is nothing to compare', () => {
  const infinite = { absolute: Number.POSITIVE_INFINITY, relative: Number.POSITIVE_INFINITY };
  expect(mapDifference(Float32Array.of(1), Float32Array.of(1, 1))).toEqual(infinite);
  expect(mapDifference(Float32Array.of(Number.NaN, 1), Float32Array.of(1, 1))).toEqual(infinite);
});
