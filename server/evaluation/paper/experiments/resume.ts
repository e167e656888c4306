import type { ExperimentRules } from '../../experiments/remaining.js';
import type { Experiment } from './experiment.js';

/** Which experiments of an earlier start stand: what was simulated here is of the calibration. */
export const PAPER_RULES: ExperimentRules<Experiment> = {
  // Which figures it is for is no part of it.
  setUp: ({ expectedSeconds: _seconds, figures: _figures, ...experiment }) => experiment,
  uses: (experiment) => (experiment.kind === 'simulated' && experiment.set === 'here' ? ['calibration'] : []),
};
