import { type Cell, cellRun, DEPTHS, sourcesOf } from '../../../evaluation/cluster/cell.js';
import type { TriedGrid } from '../../../evaluation/cluster/grid-choice.js';
import type { BenchStrategy } from '../../../evaluation/measure/bench-strategy.js';
import type { SimulatedRun } from '../../../evaluation/simulate/simulated-run.js';
import type { CostModel } from '../../../simulation/cost-model.js';
import { modelChoice } from '../model-choice.js';
import { type Combination, rateOf } from '../simulate/simulate-options.js';
import { runCombination } from '../simulate/simulated-combinations.js';
import { TEST_HOST_CONDITIONS } from '../simulate/test-host-conditions.js';

/** Frames before those that count: `auto` then knows what gangs of each size take. */
const WARM_UP = 12;

/** One strategy of a cell, simulated: one turn of frames, as it is measured. */
export async function simulateCell(
  cell: Cell,
  strategy: BenchStrategy,
  grid: string,
  costs: CostModel,
): Promise<SimulatedRun> {
  const { cpu, frames, gatewayCpu, linkMbps, load, model, rounds } = cell;
  const combination: Combination = {
    ...cellRun(cell, grid),
    ...{ strategy, cpu, gatewayCpu, sources: sourcesOf(cell), warmup: WARM_UP },
    frames: load === 'one' ? rounds : frames,
    arrivals: { kind: load === 'at-once' ? 'at-once' : 'one-by-one' },
    bytesPerMs: rateOf(linkMbps * 1e6),
    ...{ model: modelChoice(model, undefined), depth: DEPTHS[model], maps: 'f32', sections: {} },
  };
  const run = await runCombination(combination, TEST_HOST_CONDITIONS, costs);
  // Simulating blocks the thread: signals come between runs.
  await new Promise((resolve) => setImmediate(resolve));
  return run;
}

/** `ftp-wst-s` with each grid. @param cells the same cluster with one frame at a time, and with cameras. */
export async function tryGrids(
  cells: readonly Cell[],
  grids: readonly string[],
  costs: CostModel,
): Promise<readonly TriedGrid[]> {
  const tried: TriedGrid[] = [];
  for (const grid of grids) {
    let [frameSeconds, framesPerSecond]: [number | null, number] = [null, 0];
    for (const cell of cells) {
      const run = await simulateCell(cell, 'ftp-wst-s', grid, costs);
      if (cell.load === 'one') frameSeconds = run.endToEndSeconds;
      else framesPerSecond = run.framesPerSecond;
    }
    tried.push({ grid, frameSeconds, framesPerSecond });
  }
  return tried;
}
