import { planGraph } from '../../geometry/choose-cut.js';
import { bandsOf } from '../../geometry/gang/bands.js';
import { gangBytes, planLayerGang } from '../../geometry/gang/layer-gang.js';
import { parseGrid } from '../../geometry/grid.js';
import { planCost, regionBytes } from '../../geometry/plan-cost.js';
import { wholeMap } from '../../geometry/region.js';
import type { Network } from '../../model/network.js';

/** Bytes of one frame where the gateway shares work out, which no schedule changes. */
export interface Communication {
  /** By grid: the frame to the gateway, inputs of all tiles to devices, outputs back. */
  readonly wshMiB: Readonly<Record<string, number>>;
  /** By number of devices: the frame, parts of it, strips up and down after each layer, outputs. */
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
  const gang = planLayerGang(planOf('1x1').chain!);
  const wshOf = (grid: string) => {
    const { frameBytes, inputBytes, outputBytes } = planCost(planOf(grid), FLOAT);
    return (frameBytes + inputBytes + outputBytes) / MIB;
  };
  const modnnOf = (count: number) => {
    const { input, result, strips } = gangBytes(gang, bandsOf(Array<number>(count).fill(1)), FLOAT);
    const frame = regionBytes(wholeMap(gang.stage.maps[0]!), gang.stage.maps[0]!, FLOAT.inputBytesPerValue);
    return (frame + input + 2 * strips + result) / MIB;
  };
  return {
    wshMiB: Object.fromEntries(grids.map((grid) => [grid, wshOf(grid)])),
    modnnMiB: Object.fromEntries(devices.map((count) => [count, modnnOf(count)])),
  };
}
