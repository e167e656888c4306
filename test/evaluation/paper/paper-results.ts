import type { MachineFacts } from '../../../server/evaluation/hosts/machine-facts.js';
import type { MeasuredBatch } from '../../../server/evaluation/measure/measured-batch.js';
import { planBatches, planClusters } from '../../../server/evaluation/measure/run-matrix.js';
import { reportStrategy } from '../../../server/evaluation/measure/testbed-report.js';
import { arithmeticOf } from '../../../server/evaluation/paper/arithmetic.js';
import type {
  Experiment,
  MeasuredExperiment,
  SimulatedExperiment,
} from '../../../server/evaluation/paper/experiments/experiment.js';
import { experimentsOf } from '../../../server/evaluation/paper/experiments/experiments.js';
import { FULL } from '../../../server/evaluation/paper/experiments/extent.js';
import type { PaperResults } from '../../../server/evaluation/paper/experiments/results.js';
import type { Outcome, StoredExperiment } from '../../../server/evaluation/paper/experiments/stored-experiment.js';
import { FIGURES } from '../../../server/evaluation/paper/page/figure-id.js';
import { type SimulatedRun, simulatedRun } from '../../../server/evaluation/simulate/simulated-run.js';
import { planGraph } from '../../../server/geometry/choose-cut.js';
import { describeModel } from '../../../server/model/model-source.js';
import { bareSettings } from '../../simulation/small-simulation.js';

export const YOLOV2 = describeModel({ name: 'yolov2', weights: 'synthetic' });

export const MACHINE: MachineFacts = {
  processor: 'some processor <of> "ours" & others',
  cores: 2,
  memoryMiB: 8192,
  release: '6.1',
  node: 'v20.20.2',
  deepthings: '0.1.0',
  commit: '0123456789abcdef',
  load: 0.25,
};

const ARITHMETIC = arithmeticOf(YOLOV2);
const MIB = 2 ** 20;

/** Results of a full run, made up: one device takes 6 s for a frame, n take 6 / n + 0.1 * n, give or take. */
export function paperResults(changes: Partial<PaperResults> = {}): PaperResults {
  return {
    version: 1,
    createdAt: '2026-11-28T00:00:00.000Z',
    options: {},
    seed: 1,
    figures: FIGURES,
    notMeasured: null,
    missing: [],
    arithmetic: ARITHMETIC,
    experiments: experimentsOf(FULL).map((experiment) => stored(experiment)),
    ...changes,
  };
}

export function stored(experiment: Experiment, machine = MACHINE): StoredExperiment {
  return { experiment, machine, startedAt: '2026-11-28T00:00:00.000Z', seconds: 12, outcome: outcomeOf(experiment) };
}

function outcomeOf(experiment: Experiment): Outcome {
  switch (experiment.kind) {
    case 'measured':
      return { kind: 'measured', reports: measuredReports(experiment) };
    case 'simulated':
      return { kind: 'simulated', runs: experiment.workloads.map(madeUpRun) };
    case 'one-device':
      return { kind: 'one-device', pairs: [1, 2, 3].map((i) => ({ tiledMs: 100 + i, untiledMs: 100 })) };
    case 'calibration':
      return {
        kind: 'calibration',
        calibration: {
          version: 4,
          model: 'yolov2 608x608',
          machine: { processor: '', architecture: 'x64', node: 'v20' },
          engine: { name: 'onnxruntime', version: '1' },
          costs: { ...bareSettings(SMALL_PLAN, 1).costs, segments: [] },
        },
      };
  }
}

export function frameSeconds(devices: number, index = 0): number {
  return 6 / devices + 0.1 * devices + 0.01 * index;
}

const CPU = { main: 20, compute: 60, other: 10 };

/** @param relative how far every output is off. */
export function measuredReports({ settings }: MeasuredExperiment, relative = 1e-6) {
  const run = planClusters(settings)[0]!;
  const batches = planBatches(settings, run).map((batch, number): MeasuredBatch => {
    const peak = { resident: 100 * MIB, anonymous: 60 * MIB, file: 40 * MIB, counted: true };
    return {
      batch,
      seconds: 2,
      linkBytes: 1e6,
      cpu: new Map(['gateway', ...[...Array(run.devices).keys()].map((device) => `e${device}`)].map((id) => [id, CPU])),
      memory: new Map([...Array(run.devices).keys()].map((device) => [`e${device}`, peak])),
      frames: batch.sources.map((source, index) => ({
        source: `e${source}`,
        fusedSeconds: frameSeconds(run.devices, number + index),
        endToEndSeconds: 9,
        remainingSeconds: 1,
        mergedAtMs: 100_000 + 1000 * index,
        bytes: { picture: 1e5, frame: 0, input: MIB, overlap: 0.5 * MIB, result: 1.4 * MIB, control: 100 },
        macsRatio: 1.2,
        retries: 0,
        tilesByDevice: {},
        difference: { absolute: relative, relative },
      })),
    };
  });
  return settings.strategies.map((strategy) =>
    reportStrategy(strategy, batches, {
      ...{ settings, run, depth: settings.depth!, startSeconds: 3, machine: MACHINE, startedAt: '' },
      startPeaks: new Map([['e0', 90 * MIB]]),
      usage: new Map([['e0', { peakBytes: null, oomKills: 0, cpuMs: null }]]),
    }),
  );
}

const SMALL_PLAN = planGraph(YOLOV2.graph, 2, { rows: 1, columns: 2 });
const SMALL_RUN = simulatedRun(bareSettings(SMALL_PLAN, 1));

function madeUpRun({
  devices,
  frames,
  grid,
  sources,
  strategy,
}: SimulatedExperiment['workloads'][number]): SimulatedRun {
  const seconds = frameSeconds(devices);
  const spans = { fusedSeconds: seconds, fusedSpanSeconds: sources * seconds };
  return { ...SMALL_RUN, ...spans, devices, frames, grid, sources, strategy };
}
