import { DeepThingsError } from '../../errors.js';
import { planGraph, requireCut } from '../../geometry/choose-cut.js';
import { planGang } from '../../geometry/gang/gang-plan.js';
import { type Grid, parseGrid, tileCount } from '../../geometry/grid.js';
import type { Network } from '../../model/network.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import { CLUSTER_DEFAULTS } from '../defaults.js';
import type { Draft } from '../draft.js';
import { strategyOf } from '../faithful.js';
import { checkEngineLacks } from '../node-engine.js';
import { isSizeRight } from './model-check.js';

/** More tiles than this take longer to hand out than to compute. */
const MOST_TILES = 4096;

const ONE_TILE: Grid = { rows: 1, columns: 1 };
const DEPTH_PATH = ['partition', 'fusedDepth'];
const GRID_PATH = ['partition', 'grid'];

/** Checks that the network's first part can be cut as the file says, and computed by its strategy. */
export function checkPartition(draft: Draft, { graph }: Network): void {
  const { given, problems } = draft;
  if (problems.has(['partition']) || problems.has(DEPTH_PATH)) return;
  // Maps of another input size say nothing of the grid.
  const isGridRight = !problems.has(GRID_PATH) && isSizeRight(draft);
  const grid = isGridRight ? parseGrid(given.partition?.grid ?? CLUSTER_DEFAULTS.partition.grid) : ONE_TILE;
  if (tileCount(grid) > MOST_TILES) {
    const message = `${grid.rows}x${grid.columns} makes ${tileCount(grid)} tiles, and ${MOST_TILES} is the most`;
    problems.report(GRID_PATH, message, 'write a coarser grid');
    return;
  }
  try {
    const depth = given.partition?.fusedDepth ?? CLUSTER_DEFAULTS.partition.fusedDepth;
    const strategy = strategyNamed(
      problems.has(['schedule']) ? CLUSTER_DEFAULTS.schedule.strategy : strategyOf(given.schedule),
    );
    if (strategy.gang?.plan === 'stages') {
      // The cheapest cut is sought when the node starts. Devices compute nearly all layers, however frames that ask for tiles are cut.
      requireCut(graph, depth, grid);
      checkEngineLacks(draft, planGang(graph, () => []).stage);
      return;
    }
    const plan = planGraph(graph, depth, grid);
    checkEngineLacks(draft, plan.stage);
    const refusal = problems.has(['schedule']) ? null : strategy.refuses(plan);
    if (refusal !== null) problems.report(['schedule', 'strategy'], refusal, 'choose another strategy');
  } catch (error) {
    if (!(error instanceof DeepThingsError)) throw error;
    if (error.code === 'DT_PLAN_GRID') {
      problems.report(GRID_PATH, error.message, 'write a coarser grid, or a smaller fusedDepth');
    } else if (given.partition?.fusedDepth === undefined) {
      problems.report(
        ['model', given.model?.onnx === undefined ? 'cfg' : 'onnx'],
        error.message,
        'use one that starts with convolutions',
      );
    } else problems.report(DEPTH_PATH, error.message, 'write another fusedDepth, or auto');
  }
}
