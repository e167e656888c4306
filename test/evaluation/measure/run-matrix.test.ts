import { describe, expect, it } from 'vitest';
import { deviceCpu, largestBatch, planBatches, planClusters } from '../../../server/evaluation/measure/run-matrix.js';
import { TimeLeft } from '../../../server/evaluation/statistics/time-left.js';
import { settings } from '../testbed-settings.js';

describe('the clusters of a matrix', () => {
  it('are every combination, but those with more sources than devices', () => {
    const runs = planClusters(settings({ devices: [1, 2], grids: ['3x3', '5x5'], sources: [1, 2] }));
    expect(runs).toHaveLength(6);
    expect(runs.every(({ devices, sources }) => sources <= devices)).toBe(true);
  });

  it('give each device its own share of a core, or all the same', () => {
    expect(deviceCpu(settings({ cpu: [0.5] }), 3)).toEqual([0.5, 0.5, 0.5]);
    expect(deviceCpu(settings({ cpu: [0.5, 0.2, 0.1] }), 2)).toEqual([0.5, 0.2]);
  });
});

describe('the frames of a cluster', () => {
  const strategies = ['ftp-wst', 'ftp-wst-s'] as const;

  it('come one after another from one source, the strategies in turn, in another order each round', () => {
    const batches = planBatches(settings({ frames: 2, warmup: 1, strategies }), {
      devices: 2,
      grid: '3x3',
      sources: 1,
    });
    expect(batches.map(({ strategy }) => strategy)).toEqual([...strategies, ...strategies, ...strategies.toReversed()]);
    expect(batches.map(({ warmup }) => warmup)).toEqual([true, true, false, false, false, false]);
    expect(largestBatch(batches)).toBe(1);
  });

  it('come all at once from several sources, round robin', () => {
    const run = { devices: 3, grid: '3x3', sources: 3 };
    const batches = planBatches(settings({ frames: 5, warmup: 4, repeat: 2, strategies: ['modnn'] }), run);
    expect(batches.filter(({ warmup }) => warmup).map(({ sources }) => sources)).toEqual([[0], [1], [2], [0]]);
    expect(batches.filter(({ warmup }) => !warmup).map(({ sources }) => sources)).toEqual([
      [0, 1, 2, 0, 1],
      [2, 0, 1, 2, 0],
    ]);
    expect(largestBatch(batches)).toBe(5);
  });

  it('come from each camera in turn, and from each before what counts', () => {
    const run = { devices: 3, grid: '3x3', sources: 3 };
    const batches = planBatches(
      settings({ frames: 6, warmup: 4, repeat: 1, strategies: ['modnn'], atOnce: 'cameras' }),
      run,
    );
    expect(batches.map(({ inTurn, sources, warmup }) => [inTurn, warmup, sources])).toEqual([
      [true, true, [0, 1, 2]],
      [true, true, [0, 1, 2]],
      [true, false, [0, 1, 2, 0, 1, 2]],
    ]);
  });

  it('come all at once from one source where that is wanted', () => {
    const run = { devices: 1, grid: '3x3', sources: 1 };
    expect(largestBatch(planBatches(settings({ frames: 4, warmup: 0, atOnce: 'always' }), run))).toBe(4);
  });
});

describe('the time left', () => {
  it('is what was done at its mean, once there is something of each kind', () => {
    const left = new TimeLeft({ starts: 2, frames: 10 });
    expect(left.seconds).toBeNull();
    left.started(20);
    expect(left.seconds).toBeNull();
    left.measured(4, 8);
    expect(left.seconds).toBe(20 + 6 * 2);
    left.dropped({ starts: 1, frames: 5 });
    expect(left.seconds).toBe(2);
  });
});
