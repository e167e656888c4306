import { DeepThingsError } from '../errors.js';
import type { Interval, MapShape, Region } from './region.js';

/**
 * How the output map of a fused stack is cut: N rows and M columns of tiles, numbered row by row.
 *
 *     3x2   +---+---+
 *           | 0 | 1 |
 *           +---+---+
 *           | 2 | 3 |   tileId = row * columns + column
 *           +---+---+
 *           | 4 | 5 |
 *           +---+---+
 */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
}

/** Where a tile lies in its grid. */
export interface TilePosition {
  readonly row: number;
  readonly column: number;
}

/**
 * The share of tile row (or column) `index` of `count` in `size` cells: [floor(size*index/count),
 * floor(size*(index+1)/count)). Paper section IV.A, `Grid` of Algorithm 1; the C reference rounds up and differs.
 */
export function tileInterval(size: number, count: number, index: number): Interval {
  return Object.freeze({ start: Math.floor((size * index) / count), end: Math.floor((size * (index + 1)) / count) });
}

/** The tile's own share of a map; the shares of all tiles cover the map exactly once. */
export function tileShare(grid: Grid, map: MapShape, { row, column }: TilePosition): Region {
  const columns = tileInterval(map.width, grid.columns, column);
  const rows = tileInterval(map.height, grid.rows, row);
  return Object.freeze({ x0: columns.start, x1: columns.end, y0: rows.start, y1: rows.end });
}

export function tileCount(grid: Grid): number {
  return grid.rows * grid.columns;
}

/**
 * `row * columns + column`.
 *
 * @throws DeepThingsError `DT_TILE_OUTSIDE` when the position is outside the grid.
 */
export function tileId(grid: Grid, row: number, column: number): number {
  if (!isIndex(row, grid.rows) || !isIndex(column, grid.columns)) {
    throw new DeepThingsError(
      'DT_TILE_OUTSIDE',
      `Expected a row from 0 to ${grid.rows - 1} and a column from 0 to ${grid.columns - 1} of the ` +
        `${formatGrid(grid)} grid, got row ${row}, column ${column}. Name a tile of this grid.`,
    );
  }
  return row * grid.columns + column;
}

/**
 * The inverse of `tileId`.
 *
 * @throws DeepThingsError `DT_TILE_OUTSIDE` when the grid has no such tile.
 */
export function tilePosition(grid: Grid, id: number): TilePosition {
  if (!isIndex(id, tileCount(grid))) {
    throw new DeepThingsError(
      'DT_TILE_OUTSIDE',
      `Expected a tile from 0 to ${tileCount(grid) - 1} of the ${formatGrid(grid)} grid, got ${id}. ` +
        'Name a tile of this grid; two nodes that disagree here run different plans.',
    );
  }
  return Object.freeze({ row: Math.floor(id / grid.columns), column: id % grid.columns });
}

/**
 * Reads a grid as people write it, rows first: `3x5` is three rows of five tiles.
 *
 * @throws DeepThingsError `DT_GRID_INVALID` for anything else.
 */
export function parseGrid(text: string): Grid {
  const match = /^(\d+)x(\d+)$/i.exec(text.trim());
  const rows = Number(match?.[1]);
  const columns = Number(match?.[2]);
  if (!isCount(rows) || !isCount(columns)) {
    throw new DeepThingsError(
      'DT_GRID_INVALID',
      `Expected a grid as rows x columns, both whole numbers from 1, got '${text}'. Write for example 3x5 for ` +
        'three rows of five tiles.',
    );
  }
  return Object.freeze({ rows, columns });
}

/** The inverse of `parseGrid`. */
export function formatGrid(grid: Grid): string {
  return `${grid.rows}x${grid.columns}`;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

function isIndex(value: number, count: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value < count;
}
