import { type Cell, cellRun, cellSettings } from '../../../server/evaluation/cluster/cell.js';
import { CELLS } from '../../../server/evaluation/cluster/cells.js';
import type {
  ClusterExperiment,
  ClusterOutcome,
  StoredClusterExperiment,
} from '../../../server/evaluation/cluster/cluster-experiment.js';
import { clusterExperiments } from '../../../server/evaluation/cluster/cluster-experiments.js';
import type { ClusterResults } from '../../../server/evaluation/cluster/cluster-results.js';
import type { BenchStrategy } from '../../../server/evaluation/measure/bench-strategy.js';
import type { MeasuredBatch } from '../../../server/evaluation/measure/measured-batch.js';
import { planBatches } from '../../../server/evaluation/measure/run-matrix.js';
import { reportStrategy } from '../../../server/evaluation/measure/testbed-report.js';
import { simulatedRun } from '../../../server/evaluation/simulate/simulated-run.js';
import { planGraph } from '../../../server/geometry/choose-cut.js';
import { bareSettings } from '../../simulation/small-simulation.js';
import { MACHINE, YOLOV2 } from '../paper/paper-results.js';

const SMALL_PLAN = planGraph(YOLOV2.graph, 2, { rows: 1, columns: 2 });
const SMALL_RUN = simulatedRun(bareSettings(SMALL_PLAN, 1));
const PEAK = { resident: 1, anonymous: 1, file: 1, counted: true };

/** Seconds of a frame by strategy, made up: two devices are best one at a time, `whole` with cameras. */
export function madeUpSeconds({ load }: Pick<Cell, 'load'>, strategy: BenchStrategy): number {
  if (strategy === 'whole') return load === 'cameras' ? 0.5 : 3;
  if (strategy === 'auto') return load === 'cameras' ? 0.6 : 1.05;
  return strategy === 'gang:2' ? 1 : 2;
}

/** Results of all cells, made up. */
export function clusterResults(changes: Partial<ClusterResults> = {}): ClusterResults {
  const cells = changes.cells ?? CELLS;
  return {
    version: 1,
    createdAt: '2026-11-30T00:00:00.000Z',
    options: {},
    cells,
    notMeasured: null,
    missing: [],
    experiments: clusterExperiments(cells).map((experiment) => storedCluster(experiment)),
    ...changes,
  };
}

export function storedCluster(experiment: ClusterExperiment, machine = MACHINE): StoredClusterExperiment {
  return { experiment, machine, startedAt: '2026-11-30T00:00:00.000Z', seconds: 12, outcome: outcomeOf(experiment) };
}

function outcomeOf(experiment: ClusterExperiment): ClusterOutcome {
  switch (experiment.kind) {
    case 'calibration':
      return { kind: 'calibration', calibration: MADE_UP_CALIBRATION };
    case 'grids':
      return { kind: 'grids', tried: experiment.grids.map((grid) => ({ grid, frameSeconds: 1, framesPerSecond: 1 })) };
    case 'simulated':
      return {
        kind: 'simulated',
        grid: '3x3',
        runs: experiment.cell.strategies.map((name) => runOf(experiment.cell, name)),
      };
    case 'measured':
      return { kind: 'measured', grid: '3x3', reports: madeUpReports(experiment.cell), refused: [] };
  }
}

export const MADE_UP_CALIBRATION = {
  version: 4,
  model: 'nanodet 416x416',
  machine: { processor: '', architecture: 'x64', node: 'v20' },
  engine: { name: 'onnxruntime', version: '1' },
  costs: { ...bareSettings(SMALL_PLAN, 1).costs, segments: [] },
} as const satisfies Extract<ClusterOutcome, { kind: 'calibration' }>['calibration'];

/** A tenth more than measured. */
function runOf(cell: Cell, strategy: BenchStrategy) {
  const seconds = 1.1 * madeUpSeconds(cell, strategy);
  return { ...SMALL_RUN, strategy, failed: 0, endToEndSeconds: seconds, framesPerSecond: 1 / seconds };
}

/** @param relative how far every output is off. */
export function madeUpReports(cell: Cell, relative = 1e-6) {
  const settings = cellSettings(cell, { name: 'yolov2' }, '3x3', cell.strategies);
  const run = cellRun(cell, '3x3');
  const batches = planBatches(settings, run).map((batch, number): MeasuredBatch => {
    const seconds = madeUpSeconds(cell, batch.strategy) * (1 + 0.001 * (number % 5));
    return {
      ...{ batch, seconds: seconds * batch.sources.length, linkBytes: 1e6, cpu: null },
      memory: new Map(cell.cpu.map((_, device) => [`e${device}`, PEAK])),
      frames: batch.sources.map((source) => ({
        source: `e${source}`,
        ...{ fusedSeconds: seconds, endToEndSeconds: seconds, remainingSeconds: 0, mergedAtMs: 1e5, macsRatio: 1 },
        bytes: { picture: 1, frame: 0, input: 1, overlap: 0, result: 1, control: 1 },
        ...{ retries: 0, tilesByDevice: { e0: 1 }, difference: { absolute: relative, relative } },
      })),
    };
  });
  return settings.strategies.map((strategy) =>
    reportStrategy(strategy, batches, {
      ...{ settings, run, depth: 8, startSeconds: 3, machine: MACHINE, startedAt: '' },
      startPeaks: new Map([['e0', 1]]),
      usage: new Map([['e0', { peakBytes: null, oomKills: 0, cpuMs: null }]]),
    }),
  );
}
