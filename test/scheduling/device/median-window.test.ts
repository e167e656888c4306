import { describe, expect, it } from 'vitest';
import { MedianWindow } from '../../../server/scheduling/device/median-window.js';

function medianOf(times: readonly number[], window?: number): number | null {
  const usual = new MedianWindow(window);
  for (const ms of times) usual.add(ms);
  return usual.medianMs;
}

describe('the usual time', () => {
  it.each([
    ['unknown before anything was measured', [], null],
    ['the only one', [7], 7],
    ['the middle one, whatever the order', [9, 1, 5], 5],
    ['an outlier’s neighbour, not the outlier', [10, 11, 10, 9_000, 12], 11],
    ['one of the two in the middle', [1, 2, 3, 4], 3],
  ])('is %s', (_what, times, median) => {
    expect(medianOf(times)).toBe(median);
  });

  it('forgets what was usual before', () => {
    expect(medianOf([100, 100, 100, 1, 2, 3], 3)).toBe(2);
    expect(medianOf([...Array(15).fill(100), ...Array(15).fill(1)])).toBe(1);
  });
});
