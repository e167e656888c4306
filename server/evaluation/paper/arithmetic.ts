import { planGraph } from '../../geometry/choose-cut.js';
import { parseGrid } from '../../geometry/grid.js';
import { planCost } from '../../geometry/plan-cost.js';
import type { Network } from '../../model/network.js';
import { type Communication, communication } from './communication.js';
import { type MemoryFootprints, memoryFootprints } from './memory-footprint.js';
import { type DeviceParameter, paperDevice } from './paper-device.js';

/** What follows from the network alone. */
export interface Arithmetic {
  readonly memory: MemoryFootprints;
  /** By fused depth: memory as in Figure 15. */
  readonly memoryByDepth: Readonly<Record<number, MemoryFootprints>>;
  readonly communication: Communication;
  /** Of the 16 fused layers. */
  readonly neededMacs: number;
  /** By grid: multiply-accumulates of all tiles without reuse over needed. */
  readonly macsRatio: Readonly<Record<string, number>>;
  readonly device: readonly DeviceParameter[];
}

export const GRIDS = ['3x3', '4x4', '5x5'] as const;
export const DEVICE_COUNTS = [1, 2, 3, 4, 5, 6] as const;
export const DEPTHS = [4, 8, 16] as const;
export const DEEPEST = 16;

/** @param network YOLOv2 608x608. */
export function arithmeticOf(network: Network): Arithmetic {
  const costOf = (grid: string) =>
    planCost(planGraph(network.graph, DEEPEST, parseGrid(grid)), { inputBytesPerValue: 1, outputBytesPerValue: 4 });
  const needed = costOf('1x1').neededMacs;
  const ratioOf = (grid: string) => costOf(grid).macs / needed;
  return {
    memory: memoryFootprints(network, DEEPEST, GRIDS),
    memoryByDepth: Object.fromEntries(DEPTHS.map((depth) => [depth, memoryFootprints(network, depth, GRIDS)])),
    communication: communication(network, DEEPEST, GRIDS, DEVICE_COUNTS),
    neededMacs: needed,
    macsRatio: Object.fromEntries(GRIDS.map((grid) => [grid, ratioOf(grid)])),
    device: paperDevice(needed).parameters,
  };
}
