import { describe, expect, it } from 'vitest';
import { estimate, estimateOf } from '../../../server/evaluation/paper/estimate.js';
import type { PointKey } from '../../../server/evaluation/paper/experiments/experiment.js';
import { type Point, Points } from '../../../server/evaluation/paper/experiments/point.js';

const key = (devices: number): PointKey => ({ strategy: 'modnn', devices, grid: '5x5', sources: 1, depth: 16 });

function point(devices: number, latency: readonly number[]): Point {
  const empty = { longest: [], rate: [], paperMiB: [], sentMiB: [], macs: [] };
  return { ...key(devices), samples: { latency, ...empty } };
}

describe('an estimate', () => {
  it('is of medians, and its interval holds it', () => {
    const points = new Points([point(1, [9, 10, 11]), point(2, [4, 5, 6])]);
    const speedup = estimate(points, (read) => read('latency', key(1))! / read('latency', key(2))!)!;
    expect(speedup.value).toBe(2);
    expect(speedup.low!).toBeLessThan(2);
    expect(speedup.high!).toBeGreaterThan(2);
    expect(speedup.low!).toBeGreaterThanOrEqual(9 / 6);
    expect(speedup.high!).toBeLessThanOrEqual(11 / 4);
  });

  it('is the same every time', () => {
    const of = () => estimateOf(new Points([point(1, [3, 1, 4, 1, 5])]), 'latency', key(1));
    expect(of()).toEqual(of());
  });

  it('draws a point once, however often it is read', () => {
    const points = new Points([point(1, [1, 2, 30])]);
    const same = estimate(points, (read) => read('latency', key(1))! - read('latency', key(1))!)!;
    expect(same).toEqual({ value: 0, low: 0, high: 0 });
  });

  it('has no interval where nothing was sampled more than once, and is none without points', () => {
    const points = new Points([point(1, [7])]);
    expect(estimateOf(points, 'latency', key(1))).toEqual({ value: 7, low: null, high: null });
    expect(estimateOf(points, 'latency', key(2))).toBeNull();
  });
});
