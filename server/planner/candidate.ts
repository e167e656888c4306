import type { FtpPlan } from '../geometry/ftp-plan.js';
import { planFtp } from '../geometry/ftp-plan.js';
import type { Grid } from '../geometry/grid.js';
import { type PlanCost, planCost } from '../geometry/plan-cost.js';
import { segmentsOf } from '../geometry/segments.js';
import { weightBytesOf } from '../model/layer-facts.js';
import { fusedGeometry, legalCuts } from '../model/layer-geometry.js';
import type { Network } from '../model/network.js';
import { strategyNamed } from '../scheduling/strategies/strategies.js';
import { STRATEGIES, type StrategyName } from '../scheduling/strategies/strategy.js';
import { BYTES_PER_MAP_VALUE, type MapType } from '../tensor/map-tensor.js';

/** One way to run a network on a cluster. */
export interface Choice {
  readonly grid: Grid;
  readonly depth: number;
  readonly strategy: StrategyName;
  readonly maps: MapType;
}

/** A choice, and what follows from it without any clock. */
export interface Candidate extends Choice {
  readonly plan: FtpPlan;
  readonly cost: PlanCost;
  /** Weights of the fused layers, the maps of the largest tile (of a slice with MoDNN), and a source's picture. */
  readonly deviceBytes: number;
}

/** More rows or columns make tiles that cost more to hand out than to compute. */
const MOST_ROWS = 8;
/** A device's memory holds the weights and maps that the engine computes on in F32. */
const FLOAT_BYTES = 4;

/**
 * Every choice that a network allows: grids up to 8x8, square or not, no finer than the map; depths that end where a
 * segment does, since within one it makes no difference to what neighbours exchange; each strategy and wire format. MoDNN
 * has no grid: it stands with the coarsest.
 *
 * @param devices that compute, at most as many slices as MoDNN cuts.
 */
export function* candidatesOf(network: Network, devices: number): Generator<Candidate> {
  for (const depth of depthsOf(network)) {
    const layers = fusedGeometry(network, depth);
    const { height, width } = layers.at(-1)!.output;
    for (let rows = 1; rows <= Math.min(MOST_ROWS, height); rows++) {
      for (let columns = 1; columns <= Math.min(MOST_ROWS, width); columns++) {
        const grid = { rows, columns };
        const plan = planFtp(layers, depth, grid);
        for (const maps of ['f32', 'f16'] as const) {
          const cost = costOf(plan, maps);
          for (const strategy of STRATEGIES) {
            if (!isCutByGrid(strategy) && rows * columns > 1) continue;
            const choice = { grid, depth, strategy, maps };
            yield { ...choice, plan, cost, deviceBytes: memoryOf(network, choice, plan, cost, devices) };
          }
        }
      }
    }
  }
}

/** @throws DeepThingsError `DT_PLAN_…` when the network cannot be cut so. */
export function candidateOf(network: Network, choice: Choice, devices: number): Candidate {
  const { depth, grid, maps } = choice;
  const plan = planFtp(fusedGeometry(network, depth), depth, grid);
  const cost = costOf(plan, maps);
  return { ...choice, plan, cost, deviceBytes: memoryOf(network, choice, plan, cost, devices) };
}

function costOf(plan: FtpPlan, maps: MapType): PlanCost {
  return planCost(plan, { inputBytesPerValue: 1, outputBytesPerValue: BYTES_PER_MAP_VALUE[maps] });
}

function memoryOf(
  network: Network,
  { depth, strategy }: Choice,
  plan: FtpPlan,
  cost: PlanCost,
  devices: number,
): number {
  const weights = network.layers.slice(0, depth).reduce((sum, layer) => sum + weightBytesOf(layer), 0);
  const maps = isCutByGrid(strategy) ? cost.peakBytes : sliceBytes(plan, devices);
  return weights + maps + cost.frameBytes;
}

/** Whether the grid matters: slices of layers have none. */
function isCutByGrid(strategy: StrategyName): boolean {
  return strategyNamed(strategy).outputs === 'tiles';
}

/** Legal depths at the end of segments, and the deepest. */
export function depthsOf(network: Network): readonly number[] {
  const legal = legalCuts(network);
  const deepest = legal.lastIndexOf(true);
  if (deepest < 1) return [];
  const ends = segmentsOf(fusedGeometry(network, deepest)).map(({ endLayer }) => endLayer);
  return ends.filter((depth) => legal[depth]);
}

/** Maps of one slice of rows: its share of the largest pair of maps, and a few rows of its neighbours. */
function sliceBytes({ layers }: FtpPlan, devices: number): number {
  return layers.reduce((peak, { input, kernel, output }) => {
    const rows = Math.ceil(input.height / devices) + kernel;
    const bytes =
      FLOAT_BYTES * (input.channels * input.width * rows + (output.channels * output.width * output.height) / devices);
    return Math.max(peak, bytes);
  }, 0);
}
