import { describe, expect, it } from 'vitest';
import { CELLS } from '../../../server/evaluation/cluster/cells.js';
import { CLUSTER_RULES } from '../../../server/evaluation/cluster/cluster-experiment.js';
import { clusterExperiments } from '../../../server/evaluation/cluster/cluster-experiments.js';
import { remaining } from '../../../server/evaluation/experiments/remaining.js';
import { MACHINE } from '../paper/paper-results.js';
import { storedCluster } from './cluster-results.js';

const experiments = clusterExperiments(CELLS);
const all = experiments.map((experiment) => storedCluster(experiment));
const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);
const rest = (wanted: typeof experiments, there: typeof all) => remaining(wanted, there, MACHINE, CLUSTER_RULES);

describe('the experiments of cells', () => {
  it('calibrate, choose a grid and simulate before they measure', () => {
    const order = ids(experiments);
    for (const experiment of experiments) {
      for (const used of CLUSTER_RULES.uses(experiment)) {
        expect(order.indexOf(used)).toBeGreaterThanOrEqual(0);
        expect(order.indexOf(used)).toBeLessThan(order.indexOf(experiment.id));
      }
    }
    for (const { id } of CELLS) expect(order.indexOf(`simulated-${id}`)).toBeLessThan(order.indexOf(id));
  });

  it('are calibrated within the share of a core that the fastest device of a cell has', () => {
    const calibrations = experiments.flatMap((one) => (one.kind === 'calibration' ? [one.id] : []));
    expect(calibrations).toEqual([
      ...['calibration-yolov2-0.25', 'calibration-nanodet-0.25', 'calibration-yolox-s-0.25', 'calibration-yolov2-0.8'],
    ]);
    expect(ids(experiments.slice(0, calibrations.length))).toEqual(calibrations);
    const pair = experiments.find(({ id }) => id === 'simulated-yolov2-pair-one')!;
    expect(CLUSTER_RULES.uses(pair)).toContain('calibration-yolov2-0.8');
  });

  it('are those that the cells need', () => {
    const some = clusterExperiments(CELLS.filter(({ id }) => id === 'nanodet-50mbit-one'));
    expect(ids(some)).toEqual([
      ...['calibration-nanodet-0.25', 'grids-nanodet-50mbit', 'simulated-nanodet-50mbit-one', 'nanodet-50mbit-one'],
    ]);
    expect(ids(clusterExperiments(CELLS.filter(({ id }) => id === 'yolov2-alone')))).toEqual([
      ...['calibration-yolov2-0.25', 'simulated-yolov2-alone', 'yolov2-alone'],
    ]);
  });
});

describe('a second start', () => {
  it('goes on where the first one stopped', () => {
    const { kept, todo } = rest(experiments, all.slice(0, 9));
    expect(kept).toEqual(all.slice(0, 9));
    expect(todo).toEqual(experiments.slice(9));
  });

  it('measures a cell again whose rounds are others, and no other one', () => {
    const cells = CELLS.map((cell) => (cell.id === 'nanodet-1gbit-one' ? { ...cell, rounds: 3 } : cell));
    expect(ids(rest(clusterExperiments(cells), all).todo)).toEqual([
      ...['simulated-nanodet-1gbit-one', 'nanodet-1gbit-one'],
    ]);
  });

  it('does all of a model again whose calibration is made again', () => {
    const { kept, todo } = rest(
      experiments,
      all.filter(({ experiment }) => experiment.id !== 'calibration-nanodet-0.25'),
    );
    expect(ids(todo)).toContain('grids-nanodet-50mbit');
    expect(ids(todo)).toContain('nanodet-50mbit-one');
    expect(ids(todo).every((id) => id.includes('nanodet'))).toBe(true);
    expect(kept.length + todo.length).toBe(experiments.length);
  });
});
