import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { calibrateAsNode } from '../../../calibration/calibration-process.js';
import { UntiledReference } from '../../../evaluation/measure/check/untiled-reference.js';
import { planClusters } from '../../../evaluation/measure/run-matrix.js';
import type { StrategyReport } from '../../../evaluation/measure/testbed-report.js';
import { runTestbed } from '../../../evaluation/measure/testbed-run.js';
import { QUARTER_CORE } from '../../../evaluation/paper/environment.js';
import type {
  Experiment,
  MeasuredExperiment,
  OneDeviceExperiment,
} from '../../../evaluation/paper/experiments/experiment.js';
import type { OneDevicePair, Outcome } from '../../../evaluation/paper/experiments/stored-experiment.js';
import type { PaperDevice } from '../../../evaluation/paper/paper-device.js';
import type { Calibration } from '../../../evaluation/simulate/calibration.js';
import { ProgressLine } from '../../terminal/progress-line.js';
import { modelChoice } from '../model-choice.js';
import { hasTestHosts, TestbedSession } from '../testbed/testbed-session.js';
import { runScenes } from './simulated-workloads.js';

export interface RunnerParts {
  readonly paper: PaperDevice;
  readonly signal: AbortSignal;
  /** From an earlier start. */
  readonly calibration: Calibration | null;
}

const CALIBRATED_DEPTH = 16;

/** Runs one experiment after the other, whatever its kind. */
export class ExperimentRunner {
  readonly #paper: PaperDevice;
  readonly #signal: AbortSignal;
  readonly #progress = new ProgressLine();
  /** By fused depth: outputs of the untiled network differ with it. */
  readonly #references = new Map<number | null, UntiledReference>();
  #calibration: Calibration | null;
  #session: TestbedSession | null = null;
  #failed = false;

  constructor({ calibration, paper, signal }: RunnerParts) {
    this.#calibration = calibration;
    this.#paper = paper;
    this.#signal = signal;
  }

  async run(experiment: Experiment): Promise<Outcome> {
    try {
      return await this.#run(experiment);
    } catch (error) {
      this.#failed ||= !this.#signal.aborted;
      throw error;
    } finally {
      this.#progress.clear();
    }
  }

  end(): void {
    this.#session?.end(this.#failed);
  }

  async #run(experiment: Experiment): Promise<Outcome> {
    switch (experiment.kind) {
      case 'calibration':
        return { kind: 'calibration', calibration: await this.#calibrate() };
      case 'simulated': {
        const { length } = experiment.workloads;
        const onScene = (done: number) => this.#progress.show(`  simulating ${done + 1} of ${length}`);
        const here = this.#calibration?.costs ?? null;
        return {
          kind: 'simulated',
          runs: await runScenes(experiment, { here, paper: this.#paper, signal: this.#signal, onScene }),
        };
      }
      case 'one-device':
        return { kind: 'one-device', pairs: await this.#oneDevice(experiment) };
      case 'measured':
        return { kind: 'measured', reports: await this.#measure(experiment) };
    }
  }

  async #calibrate(): Promise<Calibration> {
    const onStep = (what: string) => this.#progress.show(`  measuring ${what}`);
    this.#calibration = await calibrateAsNode(
      { model: modelChoice('yolov2', undefined), depth: CALIBRATED_DEPTH, engine: 'onnxruntime' },
      {
        group: 'calibration',
        // Most of what is measured is measured with so much, and nothing with more.
        cpuCores: hasTestHosts() ? QUARTER_CORE.cpu : null,
        onStep,
        signal: this.#signal,
      },
    );
    return this.#calibration;
  }

  async #measure({ settings }: MeasuredExperiment): Promise<readonly StrategyReport[]> {
    this.#session ??= new TestbedSession(this.#signal);
    const reference = this.#references.get(settings.depth) ?? new UntiledReference();
    this.#references.set(settings.depth, reference);
    return runTestbed(settings, planClusters(settings)[0]!, {
      ...this.#session.parts(reference),
      progress: {
        waiting: (ids) => this.#progress.show(`  starting: waiting for ${ids.join(', ')}`),
        ready: () => this.#progress.show('  started'),
        measured: ({ batch }) => this.#progress.show(`  ${batch.strategy}${batch.warmup ? ', warm-up' : ''}`),
      },
    });
  }

  /** The benchmark that stands in the repository, in a process of its own. */
  async #oneDevice({ rounds }: OneDeviceExperiment): Promise<readonly OneDevicePair[]> {
    const folder = dirname(createRequire(import.meta.url).resolve('#package'));
    const words = [join(folder, 'bench', 'one-device.mjs'), '--json', '--rounds', String(rounds)];
    const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: folder, signal: this.#signal });
    return JSON.parse(stdout) as readonly OneDevicePair[];
  }
}
