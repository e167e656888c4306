import { DeepThingsError } from '../../../errors.js';
import {
  type Cell,
  type CellModel,
  cellRun,
  cellSettings,
  clusterOf,
  USUAL_GRID,
} from '../../../evaluation/cluster/cell.js';
import {
  type ClusterExperiment,
  type ClusterOutcome,
  calibrationOf,
  type MeasuredStep,
  type SimulatedStep,
  type StoredClusterExperiment,
} from '../../../evaluation/cluster/cluster-experiment.js';
import { bestGrid } from '../../../evaluation/cluster/grid-choice.js';
import { askedStrategy } from '../../../evaluation/measure/bench-strategy.js';
import { UntiledReference } from '../../../evaluation/measure/check/untiled-reference.js';
import { RunningTestbed, type TestbedLoad } from '../../../evaluation/measure/testbed-run.js';
import type { SimulatedRun } from '../../../evaluation/simulate/simulated-run.js';
import { planCluster } from '../../../node/cluster-plan.js';
import { strategyNamed } from '../../../scheduling/strategies/strategies.js';
import type { CostModel } from '../../../simulation/cost-model.js';
import { ProgressLine } from '../../terminal/progress-line.js';
import { modelChoice } from '../model-choice.js';
import { TestbedSession } from '../testbed/testbed-session.js';
import { Calibrations } from './calibrations.js';
import { simulateCell, tryGrids } from './cell-simulation.js';

export interface ClusterRunnerParts {
  readonly signal: AbortSignal;
  /** From an earlier start. */
  readonly kept: readonly StoredClusterExperiment[];
  /** All that will be measured: cells of one cluster are measured one after the other on the same nodes. */
  readonly todo: readonly ClusterExperiment[];
}

/** A cluster that runs, for the next cell that it serves as well. */
interface OpenCluster {
  readonly key: string;
  readonly testbed: RunningTestbed;
}

/** Runs one experiment after the other. */
export class ClusterRunner {
  readonly #signal: AbortSignal;
  readonly #todo: readonly ClusterExperiment[];
  readonly #progress = new ProgressLine();
  readonly #outcomes: Map<string, ClusterOutcome>;
  readonly #calibrations: Calibrations;
  /** By model: outputs of the untiled network differ with it. */
  readonly #references = new Map<CellModel, UntiledReference>();
  #session: TestbedSession | null = null;
  #open: OpenCluster | null = null;
  #failed = false;

  constructor({ kept, signal, todo }: ClusterRunnerParts) {
    this.#signal = signal;
    this.#todo = todo;
    this.#calibrations = new Calibrations({
      signal,
      steps: todo.filter((step) => step.kind === 'calibration'),
      onStep: (what) => this.#progress.show(`  measuring ${what}`),
    });
    this.#outcomes = new Map(kept.map(({ experiment, outcome }) => [experiment.id, outcome]));
  }

  async run(experiment: ClusterExperiment): Promise<ClusterOutcome> {
    try {
      const outcome = await this.#run(experiment);
      this.#outcomes.set(experiment.id, outcome);
      return outcome;
    } catch (error) {
      this.#failed ||= !this.#signal.aborted;
      await this.#close();
      throw error;
    } finally {
      this.#progress.clear();
    }
  }

  async end(): Promise<void> {
    await this.#close();
    this.#session?.end(this.#failed);
  }

  async #run(experiment: ClusterExperiment): Promise<ClusterOutcome> {
    if (experiment.kind === 'measured') return this.#measure(experiment);
    // Calibrations and simulations compute in this process: nodes would slow them down.
    await this.#close();
    switch (experiment.kind) {
      case 'calibration':
        return { kind: 'calibration', calibration: await this.#calibrations.of(experiment) };
      case 'grids': {
        const costs = this.#costs(experiment.cells[0]!);
        return { kind: 'grids', tried: await tryGrids(experiment.cells, experiment.grids, costs) };
      }
      case 'simulated':
        return this.#simulate(experiment);
    }
  }

  async #simulate({ cell, gridsOf }: SimulatedStep): Promise<ClusterOutcome> {
    const grid = this.#grid(gridsOf);
    const costs = this.#costs(cell);
    const runs: SimulatedRun[] = [];
    for (const strategy of cell.strategies) {
      this.#signal.throwIfAborted();
      this.#progress.show(`  simulating ${strategy}`);
      runs.push(await simulateCell(cell, strategy, grid, costs));
    }
    return { kind: 'simulated', grid, runs };
  }

  async #measure({ cell, gridsOf }: MeasuredStep): Promise<ClusterOutcome> {
    const grid = this.#grid(gridsOf);
    const testbed = await this.#opened(cell, grid);
    const { plan } = await planCluster(testbed.cluster.config);
    const refused = cell.strategies.flatMap((strategy) => {
      const reason = strategyNamed(askedStrategy(strategy).strategy).refuses(plan);
      return reason === null ? [] : [{ strategy, reason }];
    });
    const load = loadOf(cell, grid);
    const strategies = cell.strategies.filter((name) => refused.every(({ strategy }) => strategy !== name));
    const reports = await testbed.measure({ ...load, settings: { ...load.settings, strategies } });
    return { kind: 'measured', grid, reports, refused };
  }

  /** The cluster of a cell: the one that runs already, where it is the same. */
  async #opened(cell: Cell, grid: string): Promise<RunningTestbed> {
    const key = `${clusterOf(cell)} ${grid}`;
    if (this.#open?.key === key) return this.#open.testbed;
    await this.#close();
    this.#session ??= new TestbedSession(this.#signal);
    const reference = this.#references.get(cell.model) ?? new UntiledReference();
    this.#references.set(cell.model, reference);
    const alike = this.#todo.flatMap((one) =>
      one.kind === 'measured' && clusterOf(one.cell) === clusterOf(cell) ? [loadOf(one.cell, grid)] : [],
    );
    const testbed = await RunningTestbed.start([loadOf(cell, grid), ...alike], {
      ...this.#session.parts(reference),
      progress: {
        waiting: (ids) => this.#progress.show(`  starting: waiting for ${ids.join(', ')}`),
        ready: () => this.#progress.show('  started'),
        measured: ({ batch }) => this.#progress.show(`  ${batch.strategy}${batch.warmup ? ', warm-up' : ''}`),
      },
    });
    this.#open = { key, testbed };
    return testbed;
  }

  async #close(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    await open?.testbed.stop();
  }

  #grid(gridsOf: string | null): string {
    const outcome = gridsOf === null ? undefined : this.#outcomes.get(gridsOf);
    return (outcome?.kind === 'grids' ? bestGrid(outcome.tried)?.grid : null) ?? USUAL_GRID;
  }

  /** @throws DeepThingsError `DT_NOT_CALIBRATED` */
  #costs(cell: Cell): CostModel {
    const outcome = this.#outcomes.get(calibrationOf(cell));
    if (outcome?.kind === 'calibration') return outcome.calibration.costs;
    throw new DeepThingsError('DT_NOT_CALIBRATED', `this machine has not been calibrated with ${cell.model}`);
  }
}

function loadOf(cell: Cell, grid: string): TestbedLoad {
  const settings = cellSettings(cell, modelChoice(cell.model, undefined), grid, cell.strategies);
  return { settings, run: cellRun(cell, grid) };
}
