import { type Grid, tileCount, tilePosition } from '../../geometry/grid.js';

/**
 * The order of the paper (sections IV.C.2 and 3): tiles with even row and even column, which hardly overlap, then odd
 * row and odd column, then the rest, whose four sides are all there by then if the devices are not too many.
 *
 *     0 . 0 . 0
 *     . 1 . 1 .      0 first, then 1, then the others; row by row within each
 *     0 . 0 . 0
 *
 * @returns every tile of the grid once.
 */
export function paperOrder(grid: Grid): readonly number[] {
  const waves: number[][] = [[], [], []];
  for (let tileId = 0; tileId < tileCount(grid); tileId++) waves[waveOf(grid, tileId)]!.push(tileId);
  return Object.freeze(waves.flat());
}

function waveOf(grid: Grid, tileId: number): number {
  const { row, column } = tilePosition(grid, tileId);
  if (row % 2 !== column % 2) return 2;
  return row % 2 === 0 ? 0 : 1;
}
