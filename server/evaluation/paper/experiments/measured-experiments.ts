import { PAPER_STRATEGIES, type PaperStrategy } from '../../../scheduling/strategies/strategy.js';
import type { TestbedSettings } from '../../measure/run-matrix.js';
import { type Environment, QUARTER_CORE, TWENTIETH_CORE } from '../environment.js';
import type { FigureId } from '../page/figure-id.js';
import type { MeasuredExperiment } from './experiment.js';
import type { Extent } from './extent.js';

interface Cluster {
  readonly devices: number;
  readonly grid: string;
  readonly sources?: number;
  readonly depth?: number;
  readonly strategies?: readonly PaperStrategy[];
  readonly maps?: 'f32' | 'f16';
  readonly frames: number;
  readonly warmup: number;
  readonly repeat?: number;
  readonly environment?: Environment;
}

const DEEPEST = 16;
const OURS: readonly PaperStrategy[] = ['ftp-wst-s'];

/** Every cluster that is measured, in the order in which they are. */
export function measuredExperiments(extent: Extent): readonly MeasuredExperiment[] {
  const { depths, devices, frames, grids, severalSources, sourceGrids, twentieth, warmup } = extent;
  const most = Math.max(...devices);
  const six = devices.includes(6);
  const all: MeasuredExperiment[] = [];
  const add = (id: string, figures: readonly FigureId[], cluster: Cluster) =>
    all.push(experimentOf(id, figures, cluster));

  for (const grid of grids) {
    for (const count of devices) {
      add(`frame-${count}-${grid}`, ['fig12', 'fig13', 'fig14', 'fig15'], { devices: count, grid, frames, warmup });
    }
  }
  for (const grid of sourceGrids) {
    for (const sources of severalSources.filter((some) => some <= most)) {
      const [figures, repeat]: [FigureId[], number] = [['fig14'], extent.repeat];
      add(`sources-${sources}-${grid}`, figures, { devices: most, grid, sources, frames: sources, warmup, repeat });
    }
  }
  for (const depth of depths) {
    const alike = { depth, strategies: OURS, frames, warmup };
    add(`depth-${depth}-alone`, ['fig15'], { ...alike, devices: 1, grid: '3x3' });
    for (const grid of grids) {
      if (most > 1) add(`depth-${depth}-${grid}`, ['fig15'], { ...alike, devices: most, grid });
    }
  }
  // One strategy has these to itself: as many frames before as where four of them take turns.
  const alone = { grid: '5x5', strategies: OURS, frames: 2 * frames, warmup: 4 * warmup };
  add('number-untiled', ['numbers'], { ...alone, devices: 1, grid: '1x1', frames });
  add('number-1', ['numbers', 'fig11'], { ...alone, devices: 1, frames });
  if (six) {
    add('number-6', ['numbers', 'fig11'], { ...alone, devices: 6 });
    add('number-6-f16', ['numbers'], { ...alone, devices: 6, maps: 'f16', frames });
    add('number-6-sources', ['numbers'], {
      ...alone,
      devices: 6,
      sources: 6,
      frames: 12,
      repeat: extent.repeat,
    });
  }
  if (six && twentieth) {
    const slow = { strategies: OURS, environment: TWENTIETH_CORE, warmup };
    add('twentieth-untiled', ['numbers'], { ...slow, devices: 1, grid: '1x1', frames: 3 });
    for (const grid of grids) {
      add(`twentieth-6-${grid}`, ['numbers'], { ...slow, devices: 6, grid, frames: 2 * frames });
    }
  }
  return all;
}

function experimentOf(id: string, figures: readonly FigureId[], cluster: Cluster): MeasuredExperiment {
  const environment = cluster.environment ?? QUARTER_CORE;
  const { devices, frames, grid, sources = 1, repeat = 1, strategies = PAPER_STRATEGIES, warmup } = cluster;
  const settings: TestbedSettings = {
    devices: [devices],
    cpu: [environment.cpu],
    gatewayCpu: environment.gatewayCpu,
    linkBitsPerSecond: environment.linkMbps * 1e6,
    memoryBytes: null,
    gatewayMemoryBytes: null,
    grids: [grid],
    strategies,
    sources: [sources],
    frames,
    warmup,
    atOnce: 'several-sources',
    repeat,
    disturbance: null,
    model: { name: 'yolov2', weights: 'synthetic' },
    depth: cluster.depth ?? DEEPEST,
    maps: cluster.maps ?? 'f32',
    sections: {},
  };
  return { kind: 'measured', id, figures, settings, expectedSeconds: expectedSeconds(environment, settings) };
}

/** Nodes start, then frames are computed and compared. */
function expectedSeconds(
  environment: Environment,
  { devices, frames, repeat, sources, strategies, warmup }: TestbedSettings,
) {
  const count = (warmup + frames * (sources[0]! > 1 ? repeat : 1)) * strategies.length;
  const frameSeconds = 0.6 + 0.35 / environment.cpu / devices[0]! ** 0.7;
  return 4 + 2.5 / environment.cpu + count * frameSeconds;
}
