import { describe, expect, it } from 'vitest';
import { CELL_MODELS, cellRun, cellSettings, clusterOf } from '../../../server/evaluation/cluster/cell.js';
import { CELLS } from '../../../server/evaluation/cluster/cells.js';
import { clusterExperiments } from '../../../server/evaluation/cluster/cluster-experiments.js';
import { bestGrid } from '../../../server/evaluation/cluster/grid-choice.js';
import { checkQuotas } from '../../../server/evaluation/hosts/quota-check.js';
import { planBatches, planClusters } from '../../../server/evaluation/measure/run-matrix.js';
import { hostLimits } from '../../../server/evaluation/measure/testbed-run.js';

const settingsOf = (cell: (typeof CELLS)[number]) => cellSettings(cell, { name: cell.model }, '3x3', cell.strategies);

describe('the cells', () => {
  it('are every network, link and load, with names of their own that are good for files', () => {
    const ids = CELLS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9-]+$/);
    for (const model of CELL_MODELS) {
      for (const linkMbps of [50, 1000]) {
        for (const load of ['one', 'cameras']) {
          expect(CELLS).toContainEqual(expect.objectContaining({ group: 'strategies', model, linkMbps, load }));
        }
      }
    }
  });

  it('are one cluster each, which two cores can give', () => {
    for (const cell of CELLS) {
      const settings = settingsOf(cell);
      expect(planClusters(settings)).toEqual([cellRun(cell, '3x3')]);
      expect(() => checkQuotas(hostLimits(settings, cell.cpu.length), 2)).not.toThrow();
    }
  });

  it('give each strategy as many turns, and each camera as many frames of a turn', () => {
    for (const cell of CELLS) {
      const counted = planBatches(settingsOf(cell), cellRun(cell, '3x3')).filter(({ warmup }) => !warmup);
      for (const strategy of cell.strategies) {
        expect(counted.filter((batch) => batch.strategy === strategy)).toHaveLength(cell.rounds);
      }
      for (const { inTurn, sources } of counted) {
        expect(inTurn).toBe(cell.load === 'cameras');
        if (!inTurn) continue;
        const perCamera = cell.cpu.map((_, camera) => sources.filter((source) => source === camera).length);
        expect(new Set(perCamera)).toEqual(new Set([cell.frames / cell.cpu.length]));
      }
    }
  });

  it('of one cluster stand next to each other, so that it starts once', () => {
    const clusters = CELLS.map(clusterOf);
    const starts = clusters.filter((cluster, index) => cluster !== clusters[index - 1]);
    expect(new Set(starts).size).toBe(starts.length);
  });

  it('take no longer than they may', () => {
    const seconds = clusterExperiments(CELLS).reduce((sum, { expectedSeconds }) => sum + expectedSeconds, 0);
    expect(seconds / 60).toBeLessThan(75);
  });
});

describe('the grid of a cluster', () => {
  it('is the best for one frame and for cameras together', () => {
    const tried = [
      { grid: '2x2', frameSeconds: 1, framesPerSecond: 1 },
      { grid: '3x3', frameSeconds: 1.2, framesPerSecond: 2 },
      { grid: '5x5', frameSeconds: null, framesPerSecond: 9 },
    ];
    expect(bestGrid(tried)?.grid).toBe('3x3');
    expect(bestGrid(tried.slice(2))).toBeNull();
  });
});
