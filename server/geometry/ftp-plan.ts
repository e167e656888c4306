import { DeepThingsError } from '../errors.js';
import type { GraphCut, Tileable } from '../graph/cuts.js';
import type { Graph } from '../graph/graph.js';
import { totalMacs } from '../graph/macs.js';
import { type LayerChain, layerChain } from './gang/layer-chain.js';
import { formatGrid, type Grid, tileCount, tilePosition, tileShare } from './grid.js';
import { PlanCache } from './plan-cache.js';
import type { MapShape, Region } from './region.js';
import { type SegmentedStage, segmentStage } from './segments.js';
import { stageOf } from './stage.js';
import { walkBack } from './tile-walk.js';

/** One tile of a plan: everything it needs and computes when it reuses nothing. */
export interface TilePlan {
  readonly tileId: number;
  readonly row: number;
  readonly column: number;
  /** By map: `regions[0]` is what it needs of the picture. */
  readonly regions: readonly Region[];
  /** By output of the plan: the tile's share of that map. */
  readonly shares: readonly Region[];
  /** By the stage's `work`: the region that each of these nodes computes. */
  readonly computes: readonly Region[];
}

/** The first stage of a graph, cut into tiles. Plain frozen data, with a cache of what has been computed from it. */
export interface FtpPlan extends FusedStage {
  readonly grid: Grid;
  /** Shapes of the maps that are put together by hand, by number; map 0 is the picture. */
  readonly maps: readonly MapShape[];
  /** Numbers of the maps that the devices hand over: the tiles cover them together exactly once. */
  readonly outputs: readonly number[];
  /** By `tileId`. */
  readonly tiles: readonly TilePlan[];
  readonly cache: PlanCache;
}

/** The first stage of a graph, whatever the grid. */
export interface FusedStage {
  readonly stage: SegmentedStage;
  /** The same stage layer by layer, for MoDNN; null where it is no chain. */
  readonly chain: LayerChain | null;
  /** Multiply-accumulates of what is behind the stage. */
  readonly remainingMacs: number;
}

/** @param local of the graph, see `tileable`. @param cut where the stage ends. */
export function fuseStage(graph: Graph, local: Tileable['local'], cut: GraphCut): FusedStage {
  const stage = segmentStage(stageOf(graph, local, cut));
  return { stage, chain: layerChain(stage), remainingMacs: totalMacs(graph) - stage.macs };
}

/**
 * Fused Tile Partitioning (paper section IV.A, Algorithm 1) of a graph: cuts each map that a stage hands over into one grid and
 * walks backward from each tile to what it needs of every map.
 *
 * @param grid no finer than the largest of the maps that are handed over.
 * @throws DeepThingsError `DT_PLAN_GRID`.
 */
export function planFtp(fused: FusedStage, grid: Grid): FtpPlan {
  const { stage } = fused;
  const { maps, outputs } = stage;
  checkGrid(grid, stage);
  const tiles = Array.from({ length: tileCount(grid) }, (_, tileId): TilePlan => {
    const { row, column } = tilePosition(grid, tileId);
    const shares = Object.freeze(outputs.map((map) => tileShare(grid, maps[map]!, { row, column })));
    const { computes, held } = walkBack(stage, shares);
    return Object.freeze({ tileId, row, column, regions: held, shares, computes });
  });
  return Object.freeze({
    ...fused,
    ...{ maps, outputs },
    grid: Object.freeze({ rows: grid.rows, columns: grid.columns }),
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

/** A grid finer than every map would have tiles without output. */
function checkGrid(grid: Grid, { maps, outputs, graph }: SegmentedStage): void {
  const { rows, columns } = grid;
  const height = Math.max(...outputs.map((map) => maps[map]!.height));
  const width = Math.max(...outputs.map((map) => maps[map]!.width));
  const counts = Number.isSafeInteger(rows) && Number.isSafeInteger(columns) && rows >= 1 && columns >= 1;
  if (!counts || rows > height || columns > width) {
    throw new DeepThingsError(
      'DT_PLAN_GRID',
      `Expected a grid of 1 to ${height} rows and 1 to ${width} columns, the size of the map that the fused part of ` +
        `${graph.name} puts out, got ${formatGrid(grid)}`,
    );
  }
}
