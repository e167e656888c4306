import { DeepThingsError } from '../errors.js';
import { backProject } from './back-projection.js';
import { type FusedLayers, fuseLayers } from './fused-layers.js';
import { formatGrid, type Grid, tileCount, tilePosition, tileShare } from './grid.js';
import type { LayerGeometry } from './layer.js';
import { PlanCache } from './plan-cache.js';
import type { MapShape, Region } from './region.js';
import { type Segment, segmentsOf } from './segments.js';

/** One tile of a plan: everything it needs and computes when it reuses nothing. */
export interface TilePlan {
  readonly tileId: number;
  readonly row: number;
  readonly column: number;
  /** By map, 0 to depth: `regions[0]` is the tile's input, `regions[depth]` its output. */
  readonly regions: readonly Region[];
}

/** A fused stack cut into tiles. Plain frozen data, with a cache of what has been computed from it. */
export interface FtpPlan extends FusedLayers {
  readonly grid: Grid;
  readonly segments: readonly Segment[];
  /** By `tileId`. */
  readonly tiles: readonly TilePlan[];
  readonly cache: PlanCache;
}

/**
 * Fused Tile Partitioning (paper section IV.A, Algorithm 1): cuts the output map of the first `depth` layers into a
 * grid and walks backward from each tile to what it needs of every map.
 *
 * @param layers each feeding the next; those from `depth` on are not looked at.
 * @param depth number of layers to fuse, 1 to `layers.length`.
 * @param grid no finer than the output map of the fused stack.
 * @throws DeepThingsError `DT_PLAN_DEPTH`, `DT_PLAN_GRID`, and `DT_PLAN_LAYERS` and `DT_PLAN_PADDING` (see
 * `checkLayerChain`).
 */
export function planFtp(layers: readonly LayerGeometry[], depth: number, grid: Grid): FtpPlan {
  const fused = fuseLayers(layers, depth);
  const output = fused.maps[depth]!;
  checkGrid(grid, output, depth);

  const tiles = Array.from({ length: tileCount(grid) }, (_, tileId): TilePlan => {
    const { row, column } = tilePosition(grid, tileId);
    const regions = backProject(fused.layers, tileShare(grid, output, { row, column }));
    return Object.freeze({ tileId, row, column, regions });
  });
  return Object.freeze({
    ...fused,
    grid: Object.freeze({ rows: grid.rows, columns: grid.columns }),
    segments: segmentsOf(fused.layers),
    tiles: Object.freeze(tiles),
    cache: new PlanCache(),
  });
}

/**
 * A tile of a plan by its id.
 *
 * @throws DeepThingsError `DT_TILE_OUTSIDE` when the plan has no such tile.
 */
export function tileOf(plan: FtpPlan, tileId: number): TilePlan {
  const { row, column } = tilePosition(plan.grid, tileId);
  return plan.tiles[row * plan.grid.columns + column]!;
}

/** A grid finer than the map would have tiles without output. */
function checkGrid(grid: Grid, output: MapShape, depth: number): void {
  const { rows, columns } = grid;
  const counts = Number.isSafeInteger(rows) && Number.isSafeInteger(columns) && rows >= 1 && columns >= 1;
  if (!counts || rows > output.height || columns > output.width) {
    throw new DeepThingsError(
      'DT_PLAN_GRID',
      `Expected a grid of 1 to ${output.height} rows and 1 to ${output.width} columns, the size of the map that ` +
        `${depth} fused layers put out, got ${formatGrid(grid)}. Choose a coarser grid or fuse fewer layers.`,
    );
  }
}
