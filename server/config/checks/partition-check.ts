import { DeepThingsError } from '../../errors.js';
import { planFtp } from '../../geometry/ftp-plan.js';
import { type Grid, parseGrid, tileCount } from '../../geometry/grid.js';
import { deepestCut, fusedGeometry, judgeCut } from '../../model/layer-geometry.js';
import type { Network } from '../../model/network.js';
import { CLUSTER_DEFAULTS } from '../defaults.js';
import type { Draft } from '../draft.js';
import { isSizeRight } from './model-check.js';

/** More tiles than this take longer to hand out than to compute. */
const MOST_TILES = 4096;

const DEPTH_PATH = ['partition', 'fusedDepth'];
const GRID_PATH = ['partition', 'grid'];

/** Checks the fused depth against the network and the grid against the map at that depth. */
export function checkPartition(draft: Draft, network: Network): void {
  const { given, problems } = draft;
  if (problems.has(['partition']) || problems.has(DEPTH_PATH)) return;
  const depth = given.partition?.fusedDepth ?? defaultDepth(network);
  const verdict = judgeCut(network, depth);
  if (verdict.kind === 'illegal') {
    const deepest = deepestCut(network);
    if (deepest === 0) problems.report(['model', 'cfg'], verdict.reason, 'use a model that starts with convolutions');
    else problems.report(DEPTH_PATH, verdict.reason, `write fusedDepth: ${deepest} or less`);
    return;
  }
  if (isSizeRight(draft) && isPlannable(draft, network, depth) && !problems.has(GRID_PATH)) {
    checkGrid(draft, network, depth);
  }
}

/** Eight layers, or fewer where the model cannot be cut that deep. */
export function defaultDepth(network: Network): number {
  return Math.max(1, Math.min(CLUSTER_DEFAULTS.partition.fusedDepth, deepestCut(network)));
}

/** Whether the layers can be fused at all, whatever the grid: their padding must be smaller than their windows. */
function isPlannable({ given, problems }: Draft, network: Network, depth: number): boolean {
  const wholeMap: Grid = { rows: 1, columns: 1 };
  try {
    planFtp(fusedGeometry(network, depth), depth, wholeMap);
    return true;
  } catch (error) {
    if (!(error instanceof DeepThingsError)) throw error;
    const key = error.code === 'DT_PLAN_DEPTH' || given.model?.cfg === undefined ? DEPTH_PATH : ['model', 'cfg'];
    problems.report(key, error.message, 'fix the cfg, or fuse fewer layers');
    return false;
  }
}

function checkGrid({ given, problems }: Draft, network: Network, depth: number): void {
  const grid = parseGrid(given.partition?.grid ?? CLUSTER_DEFAULTS.partition.grid);
  const { height, width } = network.layers[depth - 1]!.output;
  if (grid.rows > height || grid.columns > width) {
    const map = `the map of ${height} rows and ${width} columns that ${depth} fused layers put out`;
    const remedy = `write at most ${height}x${width}, or a smaller fusedDepth`;
    problems.report(GRID_PATH, `${grid.rows}x${grid.columns} is finer than ${map}`, remedy);
  } else if (tileCount(grid) > MOST_TILES) {
    const message = `${grid.rows}x${grid.columns} makes ${tileCount(grid)} tiles, and ${MOST_TILES} is the most`;
    problems.report(GRID_PATH, message, 'write a coarser grid');
  }
}
