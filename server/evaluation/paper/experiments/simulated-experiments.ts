import { PAPER_STRATEGIES, type PaperStrategy } from '../../../scheduling/strategies/strategy.js';
import { type Environment, QUARTER_CORE, TWENTIETH_CORE } from '../environment.js';
import type { FigureId } from '../page/figure-id.js';
import type { PointSetName, SimulatedExperiment, Workload } from './experiment.js';

const DEVICES = [1, 2, 3, 4, 5, 6];
const GRIDS = ['3x3', '4x4', '5x5'];
const DEEPEST = 16;
/** One by one, after two that warm up: devices then know how fast links and engines are. */
const FRAMES = 5;
const FRAME_FIGURES: readonly FigureId[] = ['fig12', 'fig13', 'fig14', 'fig15'];
const SECONDS_A_WORKLOAD = 0.1;
const MOST = 6;

/** Every simulated cluster: all combinations of the paper, since they take seconds. */
export function simulatedExperiments(): readonly SimulatedExperiment[] {
  const sets = (['letter', 'ours', 'here'] as const).flatMap((set) => {
    const environment = set === 'here' ? QUARTER_CORE : null;
    const add = (what: string, figures: readonly FigureId[], workloads: readonly Workload[]) =>
      experimentOf(`${set}-${what}`, figures, set, environment, workloads);
    return [
      add('frames', set === 'here' ? [...FRAME_FIGURES, 'numbers'] : FRAME_FIGURES, [
        ...framesOf(PAPER_STRATEGIES, DEVICES, GRIDS),
        ...untiled(),
      ]),
      add('sources', ['fig14'], severalSources()),
      add('depths', ['fig15'], depths()),
    ];
  });
  const slow = [...framesOf(['ftp-wst-s'], [MOST], GRIDS), ...untiled()];
  return [...sets, experimentOf('here-twentieth', ['numbers'], 'here', TWENTIETH_CORE, slow)];
}

function framesOf(
  strategies: readonly PaperStrategy[],
  counts: readonly number[],
  grids: readonly string[],
  depth = DEEPEST,
) {
  return grids.flatMap((grid) =>
    counts.flatMap((devices) =>
      strategies.map((strategy): Workload => ({ strategy, devices, grid, sources: 1, depth, frames: FRAMES })),
    ),
  );
}

/** One tile on one device. */
function untiled(): readonly Workload[] {
  return framesOf(['ftp-wst-s'], [1], ['1x1']);
}

/** A frame of each source at once. */
function severalSources(): readonly Workload[] {
  return GRIDS.flatMap((grid) =>
    DEVICES.filter((sources) => sources > 1).flatMap((sources) =>
      PAPER_STRATEGIES.map(
        (strategy): Workload => ({ strategy, devices: MOST, grid, sources, depth: DEEPEST, frames: sources }),
      ),
    ),
  );
}

function depths(): readonly Workload[] {
  return [4, 8].flatMap((depth) => [
    ...framesOf(['ftp-wst-s'], [1], ['3x3'], depth),
    ...framesOf(['ftp-wst-s'], [MOST], GRIDS, depth),
  ]);
}

function experimentOf(
  id: string,
  figures: readonly FigureId[],
  set: Exclude<PointSetName, 'measured'>,
  environment: Environment | null,
  workloads: readonly Workload[],
): SimulatedExperiment {
  return {
    ...{ kind: 'simulated', id: `simulated-${id}`, figures, set, environment, workloads },
    expectedSeconds: SECONDS_A_WORKLOAD * workloads.length,
  };
}
