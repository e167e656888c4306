import { describe, expect, it } from 'vitest';
import { parseGrid } from '../../../server/geometry/grid.js';
import { neighbourAt, oppositeSide, SIDES } from '../../../server/geometry/reuse/neighbours.js';

describe('neighbourAt', () => {
  const grid = parseGrid('2x3');

  it.each([
    { tile: 0, north: null, south: 3, west: null, east: 1 },
    { tile: 1, north: null, south: 4, west: 0, east: 2 },
    { tile: 5, north: 2, south: null, west: 4, east: null },
  ])('knows the sides of tile $tile of 2x3', ({ tile, ...sides }) => {
    expect(Object.fromEntries(SIDES.map((side) => [side, neighbourAt(grid, tile, side)]))).toEqual(sides);
  });

  it('goes there and back', () => {
    for (let tile = 0; tile < 6; tile++) {
      for (const side of SIDES) {
        const other = neighbourAt(grid, tile, side);
        if (other !== null) expect(neighbourAt(grid, other, oppositeSide(side))).toBe(tile);
      }
    }
  });

  it('refuses a tile that the grid does not have', () => {
    expect(() => neighbourAt(grid, 6, 'north')).toThrow(expect.objectContaining({ code: 'DT_TILE_OUTSIDE' }));
  });
});
