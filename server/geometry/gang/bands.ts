import type { MapShape, Region } from '../region.js';

/** Bands have their boundaries in these, so that all nodes round alike. */
export const BAND_UNITS = 10_000;

/**
 * The shares of a gang's members in each map: the boundaries of its bands of rows and of columns, from 0 to `BAND_UNITS`, ascending. Member m has the
 * block where row band `floor(m / columns)` and column band `m mod columns` cross.
 *
 *     rows: [0, 5000, 8000, 10000]   +-----+
 *     columns: [0, 10000]            |  0  |  half of each map's rows
 *                                    +-----+
 *                                    |  1  |
 *                                    +-----+
 *                                    |  2  |
 *                                    +-----+
 */
export interface Bands {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

/** @param rows,columns shares of the bands, each above 0; only their ratios count. */
export function bandsOf(rows: readonly number[], columns: readonly number[] = [1]): Bands {
  return Object.freeze({ rows: boundariesOf(rows), columns: boundariesOf(columns) });
}

/** @param rows boundaries of bands of rows, from 0 to `steps`, ascending. */
export function bandsAt(rows: readonly number[], steps: number): Bands {
  return bandsOf(rows.slice(1).map((to, i) => (to - rows[i]!) / steps));
}

export function memberCount({ columns, rows }: Bands): number {
  return (rows.length - 1) * (columns.length - 1);
}

/**
 * The block of a map that a member owns; the blocks of all members cover the map exactly once. May be empty where a map has fewer rows
 * than there are bands.
 */
export function blockOf({ columns, rows }: Bands, member: number, { height, width }: MapShape): Region {
  const across = columns.length - 1;
  const [y0, y1] = bandOf(rows, Math.floor(member / across), height);
  const [x0, x1] = bandOf(columns, member % across, width);
  return Object.freeze({ x0, x1, y0, y1 });
}

function bandOf(boundaries: readonly number[], index: number, size: number): readonly [number, number] {
  const at = (boundary: number) => Math.round((boundary * size) / BAND_UNITS);
  return [at(boundaries[index]!), at(boundaries[index + 1]!)];
}

function boundariesOf(shares: readonly number[]): readonly number[] {
  const all = shares.reduce((sum, share) => sum + share, 0);
  const boundaries = [0];
  let sum = 0;
  for (const [i, share] of shares.entries()) {
    sum += share;
    // However small its share, each band has a unit.
    const after = BAND_UNITS - (shares.length - 1 - i);
    boundaries.push(Math.min(after, Math.max(boundaries[i]! + 1, Math.round((BAND_UNITS * sum) / all))));
  }
  return Object.freeze(boundaries);
}
