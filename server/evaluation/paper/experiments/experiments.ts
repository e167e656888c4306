import { FIGURES, type FigureId } from '../page/figure-id.js';
import type { Experiment } from './experiment.js';
import type { Extent } from './extent.js';
import { measuredExperiments } from './measured-experiments.js';
import { simulatedExperiments } from './simulated-experiments.js';

const HERE: readonly FigureId[] = ['fig12', 'fig13', 'fig14', 'fig15', 'numbers'];
const ONE_DEVICE_ROUNDS = { full: 15, quick: 5 } as const;

/**
 * Everything that is to be done for some figures. What is simulated stands first: should the measured part be cut short,
 * the rest is there.
 */
export function experimentsOf(extent: Extent, figures: readonly FigureId[] = FIGURES): readonly Experiment[] {
  const rounds = ONE_DEVICE_ROUNDS[extent.name];
  const all: readonly Experiment[] = [
    { kind: 'calibration', id: 'calibration', figures: HERE, expectedSeconds: 200 },
    ...simulatedExperiments(),
    { kind: 'one-device', id: 'one-device', figures: ['numbers'], rounds, expectedSeconds: 10 + rounds },
    ...measuredExperiments(extent),
  ];
  return all.filter((experiment) => experiment.figures.some((figure) => figures.includes(figure)));
}
