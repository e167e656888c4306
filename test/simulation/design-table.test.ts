import { expect, it } from 'vitest';
import { parseGrid } from '../../server/geometry/grid.js';
import { simulate } from '../../server/simulation/simulate.js';
import type { SimulationSettings } from '../../server/simulation/simulation-settings.js';
import { planLayers } from '../geometry/chain-graphs.js';
import { yolov2Chain } from '../geometry/layer-chains.js';
import { bareSettings, MACS_PER_MS } from './small-simulation.js';

/**
 * Speedup over the untiled network on one device, and MACs over needed: `none` and `paper` are the design's (section 6),
 * `ours` are those of our adaptive order (`test/scheduling/order/adaptive-order.test.ts`).
 */
const table = [
  { grid: '5x5', devices: 1, none: [0.46, 2.2], paper: [0.78, 1.28], ours: [1.0, 1.0] },
  { grid: '5x5', devices: 2, none: [0.9, 2.2], paper: [1.55, 1.28], ours: [1.89, 1.05] },
  { grid: '5x5', devices: 6, none: [2.56, 2.2], paper: [4.25, 1.36], ours: [4.54, 1.27] },
  { grid: '5x5', devices: 8, none: [3.12, 2.2], paper: [5.42, 1.39], ours: [5.42, 1.39] },
  { grid: '8x8', devices: 1, none: null, paper: [0.54, 1.84], ours: [1.0, 1.0] },
  { grid: '8x8', devices: 2, none: null, paper: [1.09, 1.84], ours: [1.89, 1.05] },
  { grid: '8x8', devices: 6, none: null, paper: [3.25, 1.84], ours: [5.07, 1.16] },
  { grid: '8x8', devices: 8, none: null, paper: [4.17, 1.87], ours: [6.13, 1.23] },
] as const;

function figures(grid: string, devices: number, changes: Partial<SimulationSettings>) {
  const plan = planLayers(yolov2Chain(), 16, parseGrid(grid));
  const { frames, neededMacs } = simulate(bareSettings(plan, devices, changes));
  const { macs, mergedMs, sourcedMs } = frames[0]!;
  const speedup = neededMacs / MACS_PER_MS / (mergedMs! - sourcedMs!);
  return [Number(speedup.toFixed(2)), Number((macs / neededMacs).toFixed(2))];
}

it.each(table)('the cluster with a network that costs nothing is the design’s table: $grid on $devices', (row) => {
  const { grid, devices, none, paper, ours } = row;
  if (none !== null) expect(figures(grid, devices, { strategy: 'ftp-wst', order: 'paper' })).toEqual(none);
  expect(figures(grid, devices, { order: 'paper' })).toEqual(paper);
  expect(figures(grid, devices, { order: 'adaptive' })).toEqual(ours);
});
