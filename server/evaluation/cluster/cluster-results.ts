import type { MissingExperiment } from '../experiments/stored-experiment.js';
import type { Cell } from './cell.js';
import type { StoredClusterExperiment } from './cluster-experiment.js';

/** Everything the page is made of: `results.json`. */
export interface ClusterResults {
  readonly version: 1;
  readonly createdAt: string;
  /** The command line that was given. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly cells: readonly Cell[];
  /** Why nothing was measured on test hosts; null when it was. */
  readonly notMeasured: string | null;
  /** Experiments that were asked for and failed. */
  readonly missing: readonly MissingExperiment[];
  readonly experiments: readonly StoredClusterExperiment[];
}
