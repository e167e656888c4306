import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatGrid,
  parseGrid,
  tileCount,
  tileId,
  tileInterval,
  tilePosition,
  tileShare,
} from '../../server/geometry/grid.js';

const counts = fc.integer({ min: 1, max: 40 });

describe('tileInterval', () => {
  it('rounds down, as the paper does', () => {
    expect([0, 1, 2, 3, 4].map((index) => tileInterval(38, 5, index))).toEqual([
      { start: 0, end: 7 },
      { start: 7, end: 15 },
      { start: 15, end: 22 },
      { start: 22, end: 30 },
      { start: 30, end: 38 },
    ]);
  });

  it('covers the size without gap, overlap or empty share', () => {
    fc.assert(
      fc.property(counts, fc.nat(2000), (count, more) => {
        const size = count + more;
        const shares = Array.from({ length: count }, (_, index) => tileInterval(size, count, index));
        expect(shares[0]!.start).toBe(0);
        expect(shares.at(-1)!.end).toBe(size);
        shares.forEach(({ start, end }, index) => {
          expect(end).toBeGreaterThan(start);
          expect(start).toBe(index === 0 ? 0 : shares[index - 1]!.end);
        });
      }),
    );
  });
});

describe('tileShare', () => {
  it('cuts rows by height and columns by width', () => {
    const map = { channels: 1, height: 6, width: 10 };
    expect(tileShare({ rows: 3, columns: 2 }, map, { row: 2, column: 0 })).toEqual({ x0: 0, x1: 5, y0: 4, y1: 6 });
  });
});

describe('tileId and tilePosition', () => {
  it('are inverse', () => {
    fc.assert(
      fc.property(counts, counts, fc.nat(), (rows, columns, n) => {
        const grid = { rows, columns };
        const id = n % tileCount(grid);
        const { row, column } = tilePosition(grid, id);
        expect(tileId(grid, row, column)).toBe(id);
      }),
    );
  });

  it('count row by row', () => {
    expect(tileId({ rows: 3, columns: 5 }, 1, 2)).toBe(7);
    expect(tilePosition({ rows: 3, columns: 5 }, 7)).toEqual({ row: 1, column: 2 });
  });

  it('refuse what is outside the grid', () => {
    const grid = { rows: 3, columns: 5 };
    for (const id of [-1, 15, 1.5, Number.NaN]) {
      expect(() => tilePosition(grid, id)).toThrow(expect.objectContaining({ code: 'DT_TILE_OUTSIDE' }));
    }
    for (const [row, column] of [
      [0, 5],
      [3, 0],
      [1, -1],
      [0.5, 0],
    ] as const) {
      expect(() => tileId(grid, row, column)).toThrow(expect.objectContaining({ code: 'DT_TILE_OUTSIDE' }));
    }
  });
});

describe('parseGrid and formatGrid', () => {
  it('read and write rows first', () => {
    expect(parseGrid('3x5')).toEqual({ rows: 3, columns: 5 });
    expect(parseGrid(' 12X1 ')).toEqual({ rows: 12, columns: 1 });
    expect(formatGrid({ rows: 3, columns: 5 })).toBe('3x5');
  });

  it.each(['', '5', '0x5', '5x0', '-1x5', '3x', '3x5x2', '3.5x2', '3 by 5', '99999999999999999999x1'])(
    "refuse '%s' and say what to write",
    (text) => {
      expect(() => parseGrid(text)).toThrow(
        expect.objectContaining({ code: 'DT_GRID_INVALID', message: expect.stringContaining(`'${text}'`) }),
      );
    },
  );
});
