import type { Grid } from '../grid.js';
import { neighbourAt, SIDES } from './neighbours.js';
import type { OffersToTile } from './tile-offer.js';

/**
 * A tile's offers where each neighbour that it has offers something, else none: the paper's tiles reuse the overlap of
 * all of their sides or execute without reuse (section IV.C.2).
 */
export function allSidesOrNone(grid: Grid, tileId: number, offers: OffersToTile): OffersToTile {
  const all = SIDES.every((side) => neighbourAt(grid, tileId, side) === null || offers[side] !== undefined);
  return all ? offers : Object.freeze({});
}
