import type { PaperStrategy, StrategyName } from '../../../scheduling/strategies/strategy.js';
import type { AnyExperiment } from '../../experiments/stored-experiment.js';
import type { TestbedSettings } from '../../measure/run-matrix.js';
import type { Environment } from '../environment.js';
import type { FigureId } from '../page/figure-id.js';

/** A cluster and what it gets to do; who is compared agrees in all of it. */
export interface PointKey {
  readonly strategy: StrategyName;
  readonly devices: number;
  readonly grid: string;
  readonly sources: number;
  /** Fused layers. */
  readonly depth: number;
}

/**
 * Whose numbers: measured on test hosts (`measured`); simulated with what was calibrated here, on the same hosts (`here`);
 * simulated on the paper's devices, as the project does it by default (`ours`) or as the paper does (`letter`:
 * `schedule.faithful`, pictures that travel as F32).
 */
export const POINT_SETS = ['measured', 'here', 'ours', 'letter'] as const;

export type PointSetName = (typeof POINT_SETS)[number];

interface PaperExperiment extends AnyExperiment {
  readonly figures: readonly FigureId[];
}

/** One cluster on test hosts. */
export interface MeasuredExperiment extends PaperExperiment {
  readonly kind: 'measured';
  /** Of one cluster: one number of devices, one grid, one number of sources. */
  readonly settings: TestbedSettings;
}

/** One simulated cluster. */
export interface Workload extends PointKey {
  readonly strategy: PaperStrategy;
  readonly frames: number;
}

export interface SimulatedExperiment extends PaperExperiment {
  readonly kind: 'simulated';
  readonly set: Exclude<PointSetName, 'measured'>;
  /** Null: the paper's devices. */
  readonly environment: Environment | null;
  readonly workloads: readonly Workload[];
}

/** What layers, tiles and requests take here. */
export interface CalibrationExperiment extends PaperExperiment {
  readonly kind: 'calibration';
}

/** One device with tiles and reuse, beside the untiled network in one process (bench/one-device.mjs). */
export interface OneDeviceExperiment extends PaperExperiment {
  readonly kind: 'one-device';
  readonly rounds: number;
}

export type Experiment = MeasuredExperiment | SimulatedExperiment | CalibrationExperiment | OneDeviceExperiment;
