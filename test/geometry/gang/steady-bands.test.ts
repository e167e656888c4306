import { expect, test } from 'vitest';
import { bandsOf } from '../../../server/geometry/gang/bands.js';
import { SteadyBands } from '../../../server/geometry/gang/steady-bands.js';

test('bands stay while speeds are about the same, and follow them when one changes for good', () => {
  const steady = new SteadyBands();
  const first = steady.of(['a', 'b'], [10, 10]);
  expect(first).toEqual(bandsOf([1, 1]));
  expect(steady.of(['a', 'b'], [11, 10])).toBe(first);
  expect(steady.of(['a', 'b'], [20, 24])).toBe(first);
  const slower = steady.of(['a', 'b'], [10, 5]);
  expect(slower).toEqual(bandsOf([2, 1]));
  expect(steady.of(['a', 'b'], [10, 5.2])).toBe(slower);
  expect(steady.of(['a', 'c'], [10, 10]), 'other devices').toEqual(bandsOf([1, 1]));
  expect(steady.of(['a', 'b'], [10, 5])).toBe(slower);
});

test('the gangs that were not seen for long are forgotten', () => {
  const steady = new SteadyBands();
  const first = steady.of(['a'], [1]);
  for (let i = 0; i < 32; i++) steady.of([`d${i}`], [1]);
  expect(steady.of(['a'], [1])).not.toBe(first);
});
