import { describe, expect, it } from 'vitest';
import { parseGrid } from '../../../server/geometry/grid.js';
import { paperOrder } from '../../../server/scheduling/order/tile-order.js';

describe('paperOrder', () => {
  it('takes even rows and columns, then odd ones, then the rest', () => {
    expect(paperOrder(parseGrid('3x3'))).toEqual([0, 2, 6, 8, 4, 1, 3, 5, 7]);
    expect(paperOrder(parseGrid('2x4'))).toEqual([0, 2, 5, 7, 1, 3, 4, 6]);
    expect(paperOrder(parseGrid('1x3'))).toEqual([0, 2, 1]);
  });

  it.each(['1x1', '5x5', '4x7', '8x8'])('has every tile of %s once', (name) => {
    const grid = parseGrid(name);
    expect([...paperOrder(grid)].sort((a, b) => a - b)).toEqual([...Array(grid.rows * grid.columns).keys()]);
  });
});
