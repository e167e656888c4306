import { type FusedDepth, planGraph } from '../geometry/choose-cut.js';
import { type FtpPlan, fuseStage, planFtp } from '../geometry/ftp-plan.js';
import type { LayerChain } from '../geometry/gang/layer-chain.js';
import type { Grid } from '../geometry/grid.js';
import { type PlanCost, planCost } from '../geometry/plan-cost.js';
import { overlaps } from '../geometry/stage.js';
import { type GraphCut, type Tileable, tileable } from '../graph/cuts.js';
import type { Graph } from '../graph/graph.js';
import { reachOf } from '../graph/reach.js';
import { weightBytes } from '../graph/weights.js';
import type { Network } from '../model/network.js';
import { strategyNamed } from '../scheduling/strategies/strategies.js';
import { PAPER_STRATEGIES, type PaperStrategy } from '../scheduling/strategies/strategy.js';
import { BYTES_PER_MAP_VALUE, type MapType } from '../tensor/map-tensor.js';

/** A way to run a network's first layers on a cluster, and the others on the gateway. */
export interface FusedChoice {
  readonly kind: 'fused';
  readonly grid: Grid;
  readonly depth: FusedDepth;
  readonly strategy: PaperStrategy;
  readonly maps: MapType;
}

/** A choice, and what follows from it without any clock. */
export interface FusedCandidate extends FusedChoice {
  readonly plan: FtpPlan;
  readonly cost: PlanCost;
  /** Weights of the fused layers, the maps of the largest tile (of a member's block with MoDNN), and a source's picture. */
  readonly deviceBytes: number;
}

/** More rows or columns make tiles that cost more to hand out than to compute. */
const MOST_ROWS = 8;
/** A device's memory holds the weights and maps that the engine computes on in F32. */
const FLOAT_BYTES = 4;

/**
 * Every choice of the paper's strategies that a network allows: grids up to 8x8, square or not, no finer than the map; depths that end where a
 * segment does, since within one it makes no difference to what neighbours exchange; each strategy and wire format. MoDNN
 * has no grid: it stands with the coarsest.
 *
 * @param devices that compute, at most as many blocks as MoDNN cuts.
 * @param isPromising false for a cut whose candidates are left out.
 */
export function* fusedCandidates(
  network: Network,
  devices: number,
  isPromising: (cut: GraphCut) => boolean = () => true,
): Generator<FusedCandidate> {
  const { graph } = network;
  const parts = tileable(graph);
  for (const cut of usefulCuts(graph, parts)) {
    if (!isPromising(cut)) continue;
    const fused = fuseStage(graph, parts.local, cut);
    const shapes = cut.values.map((name) => graph.values.get(name)!.shape);
    const [height, width] = [2, 3].map((axis) => Math.max(...shapes.map((shape) => shape[axis]!)));
    for (let rows = 1; rows <= Math.min(MOST_ROWS, height!); rows++) {
      for (let columns = 1; columns <= Math.min(MOST_ROWS, width!); columns++) {
        const grid = { rows, columns };
        const plan = planFtp(fused, grid);
        for (const maps of ['f32', 'f16'] as const) {
          const cost = costOf(plan, maps);
          for (const strategy of PAPER_STRATEGIES) {
            if (!isCutByGrid(strategy) && rows * columns > 1) continue;
            if (strategyNamed(strategy).refuses(plan) !== null) continue;
            const choice = { kind: 'fused', grid, depth: cut.layers, strategy, maps } as const;
            yield { ...choice, plan, cost, deviceBytes: memoryOf(choice, plan, cost, devices) };
          }
        }
      }
    }
  }
}

/** @throws DeepThingsError `DT_PLAN_…` when the network cannot be cut so. */
export function fusedCandidate(network: Network, choice: FusedChoice, devices: number): FusedCandidate {
  const { depth, grid, maps } = choice;
  const plan = planGraph(network.graph, depth, grid);
  const cost = costOf(plan, maps);
  return { ...choice, plan, cost, deviceBytes: memoryOf(choice, plan, cost, devices) };
}

function costOf(plan: FtpPlan, maps: MapType): PlanCost {
  return planCost(plan, { inputBytesPerValue: 1, outputBytesPerValue: BYTES_PER_MAP_VALUE[maps] });
}

function memoryOf({ strategy }: FusedChoice, plan: FtpPlan, cost: PlanCost, devices: number): number {
  const { graph, nodes } = plan.stage;
  const weights = weightBytes(
    graph,
    nodes.map(({ node }) => node),
  );
  const maps = isCutByGrid(strategy) ? cost.peakBytes : sliceBytes(plan.chain!, devices);
  return weights + maps + cost.frameBytes;
}

/** Whether the grid matters: rows of layers have none. */
function isCutByGrid(strategy: PaperStrategy): boolean {
  return strategyNamed(strategy).gang === null;
}

/**
 * Cuts worth looking at: the last one after each number of layers, where the next layer looks at several cells, and not more is
 * handed over than at the cuts around; and the deepest.
 */
export function usefulCuts(graph: Graph, { cuts, local }: Tileable): readonly GraphCut[] {
  const byDepth = [...new Map(cuts.map((cut) => [cut.layers, cut])).values()];
  return byDepth.filter((cut, i) => {
    const next = local[cut.nodes];
    if (next === undefined || i === byDepth.length - 1) return true;
    const reach = reachOf(graph, next);
    const isEnd = reach.kind === 'local' && overlaps(reach);
    return isEnd && (cut.values.length === 1 || cut.bytes <= byDepth[i - 1]!.bytes);
  });
}

/** Maps of one band of rows: its share of the largest pair of maps, and a few rows of its neighbours. */
function sliceBytes({ layers }: LayerChain, devices: number): number {
  return layers.reduce((peak, { input, kernel, output }) => {
    const rows = Math.ceil(input.height / devices) + kernel;
    const bytes =
      FLOAT_BYTES * (input.channels * input.width * rows + (output.channels * output.width * output.height) / devices);
    return Math.max(peak, bytes);
  }, 0);
}
