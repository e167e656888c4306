import type { ExperimentRules } from '../experiments/remaining.js';
import type { AnyExperiment, Stored } from '../experiments/stored-experiment.js';
import type { BenchStrategy } from '../measure/bench-strategy.js';
import type { StrategyReport } from '../measure/testbed-report.js';
import type { Calibration } from '../simulate/calibration.js';
import type { SimulatedRun } from '../simulate/simulated-run.js';
import type { Cell, CellModel } from './cell.js';
import type { TriedGrid } from './grid-choice.js';

/** What layers, tiles and requests take here with a model. */
export interface CalibrationStep extends AnyExperiment {
  readonly kind: 'calibration';
  readonly model: CellModel;
  /** Share of a core that it is measured within. */
  readonly cpu: number;
}

/** Simulates `ftp-wst-s` with several grids, to choose the one that it is measured with. */
export interface GridsStep extends AnyExperiment {
  readonly kind: 'grids';
  /** One frame at a time, and with cameras. */
  readonly cells: readonly Cell[];
  readonly grids: readonly string[];
}

export interface SimulatedStep extends AnyExperiment {
  readonly kind: 'simulated';
  readonly cell: Cell;
  /** The step that chose its grid; null for a cell without tiles. */
  readonly gridsOf: string | null;
}

export interface MeasuredStep extends AnyExperiment {
  readonly kind: 'measured';
  readonly cell: Cell;
  /** The step that chose its grid; null for a cell without tiles. */
  readonly gridsOf: string | null;
}

export type ClusterExperiment = CalibrationStep | GridsStep | SimulatedStep | MeasuredStep;

export type ClusterOutcome =
  | { readonly kind: 'calibration'; readonly calibration: Calibration }
  | { readonly kind: 'grids'; readonly tried: readonly TriedGrid[] }
  /** In the order of the cell's strategies. */
  | { readonly kind: 'simulated'; readonly grid: string; readonly runs: readonly SimulatedRun[] }
  | {
      readonly kind: 'measured';
      readonly grid: string;
      readonly reports: readonly StrategyReport[];
      /** Strategies that the model does not allow, with the reason. */
      readonly refused: readonly { readonly strategy: BenchStrategy; readonly reason: string }[];
    };

export type StoredClusterExperiment = Stored<ClusterExperiment, ClusterOutcome>;

export function calibrationId(model: CellModel, cpu: number): string {
  return `calibration-${model}-${cpu}`;
}

/** Returns the calibration that a cell is simulated with: within the largest share of a core that its devices have. */
export function calibrationOf({ cpu, model }: Pick<Cell, 'cpu' | 'model'>): string {
  return calibrationId(model, Math.max(...cpu));
}

export function simulatedId(cell: Cell): string {
  return `simulated-${cell.id}`;
}

/** Which experiments of an earlier start stand. */
export const CLUSTER_RULES: ExperimentRules<ClusterExperiment> = {
  setUp: ({ expectedSeconds: _seconds, ...experiment }) => experiment,
  uses: (experiment) => {
    switch (experiment.kind) {
      case 'calibration':
        return [];
      case 'grids':
        return [calibrationOf(experiment.cells[0]!)];
      case 'simulated':
        return [calibrationOf(experiment.cell), ...(experiment.gridsOf === null ? [] : [experiment.gridsOf])];
      case 'measured':
        return experiment.gridsOf === null ? [] : [experiment.gridsOf];
    }
  },
};
