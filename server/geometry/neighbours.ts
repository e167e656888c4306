import { type Grid, tileCount, tileId, tilePosition } from './grid.js';
import { remembered } from './remembered.js';

/** Where a neighbour lies, as seen from a tile. Tiles that touch at a corner only are no neighbours. */
export type Side = 'north' | 'south' | 'west' | 'east';

/** All sides, in the order in which cuts are tried. */
export const SIDES: readonly Side[] = Object.freeze(['north', 'south', 'west', 'east']);

const OPPOSITE: Readonly<Record<Side, Side>> = Object.freeze({
  north: 'south',
  south: 'north',
  west: 'east',
  east: 'west',
});

/** If B lies at this side of A, A lies at that side of B. */
export function oppositeSide(side: Side): Side {
  return OPPOSITE[side];
}

/** The tiles beside one; null at the rim of the grid. */
type Neighbours = Readonly<Record<Side, number | null>>;

/** Of all tiles, by grid: there are few grids, and who decides about a tile asks for its neighbours over and over. */
const tables = new WeakMap<Grid, readonly Neighbours[]>();

/**
 * The tile beside another one.
 *
 * @returns null at the rim of the grid.
 * @throws DeepThingsError `DT_TILE_UNKNOWN` when the grid has no tile `id`.
 */
export function neighbourAt(grid: Grid, id: number, side: Side): number | null {
  const table = remembered(tables, grid, () =>
    Array.from({ length: tileCount(grid) }, (_, tile) => around(grid, tile)),
  );
  return (table[id] ?? around(grid, id))[side];
}

function around(grid: Grid, id: number): Neighbours {
  const { row, column } = tilePosition(grid, id);
  return {
    north: row > 0 ? tileId(grid, row - 1, column) : null,
    south: row < grid.rows - 1 ? tileId(grid, row + 1, column) : null,
    west: column > 0 ? tileId(grid, row, column - 1) : null,
    east: column < grid.columns - 1 ? tileId(grid, row, column + 1) : null,
  };
}
