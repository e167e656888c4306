import { describe, expect, it } from 'vitest';
import { checkQuotas } from '../../../../server/evaluation/hosts/quota-check.js';
import { planClusters } from '../../../../server/evaluation/measure/run-matrix.js';
import { hostLimits } from '../../../../server/evaluation/measure/testbed-run.js';
import { DEPTHS, DEVICE_COUNTS, GRIDS } from '../../../../server/evaluation/paper/arithmetic.js';
import type {
  MeasuredExperiment,
  SimulatedExperiment,
} from '../../../../server/evaluation/paper/experiments/experiment.js';
import { experimentsOf } from '../../../../server/evaluation/paper/experiments/experiments.js';
import { FULL, QUICK } from '../../../../server/evaluation/paper/experiments/extent.js';
import { FIGURES } from '../../../../server/evaluation/paper/page/figure-id.js';

const measuredOf = (extent = FULL) =>
  experimentsOf(extent).filter((one): one is MeasuredExperiment => one.kind === 'measured');
const simulatedOf = (set: SimulatedExperiment['set']) =>
  experimentsOf(FULL).filter((one): one is SimulatedExperiment => one.kind === 'simulated' && one.set === set);

describe.each([FULL, QUICK])('the experiments of a $name run', (extent) => {
  it('have names of their own that are good for files, and a figure each', () => {
    const ids = experimentsOf(extent).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9-]+$/);
    for (const { expectedSeconds, figures } of experimentsOf(extent)) {
      expect(figures.length).toBeGreaterThan(0);
      expect(expectedSeconds).toBeGreaterThan(0);
    }
  });

  it('measure one cluster each, which two cores can give', () => {
    for (const { settings } of measuredOf(extent)) {
      expect(planClusters(settings)).toHaveLength(1);
      expect(() => checkQuotas(hostLimits(settings, settings.devices[0]!), 2)).not.toThrow();
    }
  });

  it('take no longer than they may', () => {
    const minutes = experimentsOf(extent).reduce((sum, { expectedSeconds }) => sum + expectedSeconds, 0) / 60;
    expect(minutes).toBeLessThan(extent === FULL ? 45 : 9);
  });
});

describe('the experiments', () => {
  it('are those of the figures that are asked for', () => {
    for (const figure of FIGURES) {
      for (const { figures } of experimentsOf(FULL, [figure])) expect(figures).toContain(figure);
    }
    expect(experimentsOf(FULL, ['table1'])).toEqual([]);
    expect(experimentsOf(FULL, ['fig13']).map(({ kind }) => kind)).toContain('measured');
  });

  it('calibrate before they simulate with it', () => {
    const kinds = experimentsOf(FULL).map(({ kind }) => kind);
    expect(kinds.indexOf('calibration')).toBeLessThan(kinds.indexOf('simulated'));
  });

  it('simulate every cluster that a figure shows, on the paper’s devices and here', () => {
    for (const set of ['letter', 'ours', 'here'] as const) {
      const workloads = simulatedOf(set).flatMap((one) => one.workloads);
      const has = (devices: number, grid: string, sources: number, depth: number) =>
        workloads.some((s) => s.devices === devices && s.grid === grid && s.sources === sources && s.depth === depth);
      for (const grid of GRIDS) {
        for (const devices of DEVICE_COUNTS) expect(has(devices, grid, 1, 16)).toBe(true);
        for (const sources of DEVICE_COUNTS) expect(has(6, grid, sources, 16)).toBe(true);
        for (const depth of DEPTHS) expect(has(6, grid, 1, depth)).toBe(true);
      }
      for (const { devices, sources } of workloads) expect(sources).toBeLessThanOrEqual(devices);
    }
  });

  it('have a simulated twin of every measured cluster of the figures', () => {
    const workloads = simulatedOf('here').flatMap((one) => one.workloads);
    for (const { figures, settings } of measuredOf()) {
      if (figures.every((figure) => figure === 'numbers' || figure === 'fig11')) continue;
      for (const strategy of settings.strategies) {
        expect(workloads).toContainEqual(
          expect.objectContaining({
            strategy,
            devices: settings.devices[0],
            grid: settings.grids[0],
            sources: settings.sources[0],
            depth: settings.depth,
          }),
        );
      }
    }
  });
});
