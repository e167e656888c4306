import type { MissingExperiment } from '../../experiments/stored-experiment.js';
import type { Arithmetic } from '../arithmetic.js';
import type { FigureId } from '../page/figure-id.js';
import type { PointSetName } from './experiment.js';
import { measuredPoint, type Point, Points, simulatedPoint } from './point.js';
import type { StoredExperiment } from './stored-experiment.js';

/** Everything the page is made of: `results.json`. */
export interface PaperResults {
  readonly version: 1;
  readonly createdAt: string;
  /** The command line that was given. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Of the simulator. */
  readonly seed: number;
  readonly figures: readonly FigureId[];
  /** Why nothing was measured on test hosts; null when it was. */
  readonly notMeasured: string | null;
  /** Experiments that were asked for and are not there, with the reason. */
  readonly missing: readonly MissingExperiment[];
  readonly arithmetic: Arithmetic;
  readonly experiments: readonly StoredExperiment[];
}

/** Of the simulator. */
export const SEED = 1;

export type PointSets = Readonly<Record<PointSetName, Points>>;

const LETTER_BYTES_PER_VALUE = 4;

/** The points that the figures compare; those of the table of numbers are looked up by their experiment instead. */
export function pointSets({ experiments }: Pick<PaperResults, 'experiments'>): PointSets {
  const measured: Point[] = [];
  const simulated: Record<Exclude<PointSetName, 'measured'>, Point[]> = { here: [], ours: [], letter: [] };
  for (const stored of experiments) {
    const { experiment } = stored;
    if (experiment.figures.every((figure) => figure === 'numbers' || figure === 'fig11')) continue;
    if (experiment.kind === 'measured') measured.push(...pointsOf(stored));
    if (experiment.kind === 'simulated') simulated[experiment.set].push(...pointsOf(stored));
  }
  return {
    measured: new Points(measured),
    here: new Points(simulated.here),
    ours: new Points(simulated.ours),
    letter: new Points(simulated.letter),
  };
}

/** Points of one experiment. */
export function pointsOf({ experiment, outcome }: StoredExperiment): readonly Point[] {
  if (outcome.kind === 'measured') return outcome.reports.map(measuredPoint);
  if (outcome.kind !== 'simulated' || experiment.kind !== 'simulated') return [];
  const bytesPerValue = experiment.set === 'letter' ? LETTER_BYTES_PER_VALUE : 1;
  return outcome.runs
    .map((run, index) => simulatedPoint(run, experiment.workloads[index]!.depth, bytesPerValue))
    .filter((point) => point !== null);
}

export function findExperiment(
  { experiments }: Pick<PaperResults, 'experiments'>,
  id: string,
): StoredExperiment | null {
  return experiments.find(({ experiment }) => experiment.id === id) ?? null;
}
