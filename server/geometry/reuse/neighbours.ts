import { type Grid, tilePosition } from '../grid.js';

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

/**
 * The tile beside another one.
 *
 * @returns null at the rim of the grid.
 * @throws DeepThingsError `DT_TILE_OUTSIDE` when the grid has no tile `id`.
 */
export function neighbourAt(grid: Grid, id: number, side: Side): number | null {
  const { row, column } = tilePosition(grid, id);
  switch (side) {
    case 'north':
      return row > 0 ? id - grid.columns : null;
    case 'south':
      return row < grid.rows - 1 ? id + grid.columns : null;
    case 'west':
      return column > 0 ? id - 1 : null;
    case 'east':
      return column < grid.columns - 1 ? id + 1 : null;
  }
}
