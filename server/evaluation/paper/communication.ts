import { planGraph } from '../../geometry/choose-cut.js';
import { parseGrid } from '../../geometry/grid.js';
import { bodpBytes, planBodp } from '../../geometry/modnn/bodp-plan.js';
import { planCost } from '../../geometry/plan-cost.js';
import type { Network } from '../../model/network.js';

/** Bytes of one frame where the gateway shares work out, which no schedule changes. */
export interface Communication {
  /** By grid: the frame to the gateway, inputs of all tiles to devices, outputs back. */
  readonly wshMiB: Readonly<Record<string, number>>;
  /** By number of devices: the frame, slices of it, border rows up and down after each layer, outputs. */
  readonly modnnMiB: Readonly<Record<number, number>>;
}

const MIB = 2 ** 20;
/** In the paper the picture travels as F32 too. */
const FLOAT = { inputBytesPerValue: 4, outputBytesPerValue: 4, mapBytesPerValue: 4 };

/** Figure 12 as arithmetic: paper section V.B, values only, every one as F32. */
export function communication(
  network: Network,
  depth: number,
  grids: readonly string[],
  devices: readonly number[],
): Communication {
  const planOf = (grid: string) => planGraph(network.graph, depth, parseGrid(grid));
  const chain = planOf('1x1').chain!;
  const wshOf = (grid: string) => {
    const { frameBytes, inputBytes, outputBytes } = planCost(planOf(grid), FLOAT);
    return (frameBytes + inputBytes + outputBytes) / MIB;
  };
  const modnnOf = (count: number) => {
    const { frame, input, overlap, result } = bodpBytes(planBodp(chain, Array<number>(count).fill(1)), FLOAT);
    return (frame + input + overlap + result) / MIB;
  };
  return {
    wshMiB: Object.fromEntries(grids.map((grid) => [grid, wshOf(grid)])),
    modnnMiB: Object.fromEntries(devices.map((count) => [count, modnnOf(count)])),
  };
}
