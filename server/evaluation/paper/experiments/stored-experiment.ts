import type { Stored } from '../../experiments/stored-experiment.js';
import type { StrategyReport } from '../../measure/testbed-report.js';
import type { Calibration } from '../../simulate/calibration.js';
import type { SimulatedRun } from '../../simulate/simulated-run.js';
import type { Experiment } from './experiment.js';

/** Times of one round, taken one after the other. */
export interface OneDevicePair {
  readonly tiledMs: number;
  readonly untiledMs: number;
}

/** What an experiment gave. */
export type Outcome =
  | { readonly kind: 'measured'; readonly reports: readonly StrategyReport[] }
  /** In the order of the scenes. */
  | { readonly kind: 'simulated'; readonly runs: readonly SimulatedRun[] }
  | { readonly kind: 'calibration'; readonly calibration: Calibration }
  | { readonly kind: 'one-device'; readonly pairs: readonly OneDevicePair[] };

/** An experiment that is finished. */
export type StoredExperiment = Stored<Experiment, Outcome>;
