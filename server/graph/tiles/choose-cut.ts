import { type Grid, tileCount, tilePosition, tileShare } from '../../geometry/grid.js';
import type { Region } from '../../geometry/region.js';
import type { GraphCut, Tileable } from '../cuts.js';
import type { Graph } from '../graph.js';
import { segmentStage } from './graph-segments.js';
import { stageOf } from './stage.js';
import { walkBack } from './tile-steps.js';

/** The cost of a cut in a grid, without reuse. */
export interface CutCost {
  readonly cut: GraphCut;
  /** Multiply-accumulates of all tiles. */
  readonly tileMacs: number;
  /** Of the tile with the most. */
  readonly largestTileMacs: number;
}

/** Each tile's share of every value of a cut. */
export function sharesOf(graph: Graph, { values }: GraphCut, grid: Grid, tileId: number): ReadonlyMap<string, Region> {
  const position = tilePosition(grid, tileId);
  return new Map(
    values.map((name) => {
      const [, channels, height, width] = graph.values.get(name)!.shape as [number, number, number, number];
      return [name, tileShare(grid, { channels, height, width }, position)];
    }),
  );
}

export function cutCost(graph: Graph, local: Tileable['local'], cut: GraphCut, grid: Grid): CutCost {
  const stage = segmentStage(stageOf(graph, local, cut));
  const macs = Array.from(
    { length: tileCount(grid) },
    (_, tileId) => walkBack(stage, sharesOf(graph, cut, grid, tileId)).macs,
  );
  return { cut, tileMacs: macs.reduce((sum, one) => sum + one, 0), largestTileMacs: Math.max(...macs) };
}

/**
 * Finds the cut with which a picture takes least time where a device computes each tile and one more what follows: the largest
 * tile's multiply-accumulates and those behind the cut. Looks at cuts that hand over no more bytes than the ones beside them.
 *
 * @returns null when nothing of the graph can be computed in tiles.
 */
export function chooseCut(graph: Graph, { cuts, local, macs }: Tileable, grid: Grid): CutCost | null {
  const isNarrow = ({ bytes }: GraphCut, i: number) =>
    bytes <= (cuts[i - 1]?.bytes ?? bytes) && bytes < (cuts[i + 1]?.bytes ?? Number.POSITIVE_INFINITY);
  const costs = cuts.filter(isNarrow).map((cut) => cutCost(graph, local, cut, grid));
  const time = ({ cut, largestTileMacs }: CutCost) => largestTileMacs + macs - cut.macs;
  return costs.reduce<CutCost | null>((best, cost) => (best === null || time(cost) < time(best) ? cost : best), null);
}
