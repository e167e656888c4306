import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planFtp, tileOf } from '../../server/geometry/ftp-plan.js';
import { parseGrid } from '../../server/geometry/grid.js';
import type { LayerGeometry } from '../../server/geometry/layer.js';
import { arbitraryPlanCase } from './arbitrary-plans.js';
import { chain, conv, max } from './layer-chains.js';

const square = (size: number) => ({ channels: 1, height: size, width: size });

describe('planFtp', () => {
  it("plans the paper's Fig. 5", () => {
    const plan = planFtp(chain(square(6), [conv(3, 1)]), 1, parseGrid('2x2'));
    expect(plan.tiles.map(({ tileId, row, column }) => [tileId, row, column])).toEqual([
      [0, 0, 0],
      [1, 0, 1],
      [2, 1, 0],
      [3, 1, 1],
    ]);
    expect(plan.tiles[1]!.regions).toEqual([
      { x0: 2, x1: 6, y0: 0, y1: 4 },
      { x0: 3, x1: 6, y0: 0, y1: 3 },
    ]);
    expect(plan.tiles[2]!.regions).toEqual([
      { x0: 0, x1: 4, y0: 2, y1: 6 },
      { x0: 0, x1: 3, y0: 3, y1: 6 },
    ]);
  });

  it('holds what it was made of: the fused layers, their maps and segments', () => {
    const layers = chain(square(8), [conv(3, 4), max(2, 2), conv(3, 2)]);
    const plan = planFtp(layers, 2, parseGrid('2x4'));
    expect(plan.depth).toBe(2);
    expect(plan.grid).toEqual({ rows: 2, columns: 4 });
    expect(plan.layers).toHaveLength(2);
    expect(plan.maps).toEqual([square(8), { channels: 4, height: 8, width: 8 }, { channels: 4, height: 4, width: 4 }]);
    expect(plan.segments).toEqual([{ index: 0, firstLayer: 0, endLayer: 2 }]);
  });

  it('is frozen throughout and leaves its arguments as they were', () => {
    const layers = chain(square(8), [conv(3, 1), max(2, 2)]);
    const grid = { rows: 2, columns: 2 };
    const plan = planFtp(layers, 2, grid);
    expect(unfrozenPaths(plan)).toEqual([]);
    expect([layers, layers[0], layers[0]!.input, grid].some((value) => Object.isFrozen(value))).toBe(false);
  });

  it('has tiles that cover the output map exactly once, none of them empty', () => {
    fc.assert(
      fc.property(arbitraryPlanCase(24, 5), ({ layers, depth, grid }) => {
        const plan = planFtp(layers, depth, grid);
        const { height, width } = plan.maps[depth]!;
        const covered = new Uint8Array(height * width);
        for (const { regions } of plan.tiles) {
          const { x0, x1, y0, y1 } = regions[depth]!;
          expect((x1 - x0) * (y1 - y0)).toBeGreaterThan(0);
          for (let y = y0; y < y1; y++) {
            for (let x = x0; x < x1; x++) {
              covered[y * width + x]!++;
            }
          }
        }
        expect(covered.every((times) => times === 1)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

describe('planFtp refuses', () => {
  const layers = chain(square(8), [conv(3, 4), max(2, 2)]);
  const grid = { rows: 2, columns: 2 };
  const layer = (changes: Partial<LayerGeometry>): LayerGeometry => ({ ...layers[0]!, ...changes });

  const refusals: { name: string; plan: () => unknown; code: string; says: RegExp }[] = [
    { name: 'no layers', plan: () => planFtp([], 1, grid), code: 'DT_PLAN_LAYERS', says: /at least one layer/ },
    { name: 'depth 0', plan: () => planFtp(layers, 0, grid), code: 'DT_PLAN_DEPTH', says: /from 1 to 2.*got 0/ },
    { name: 'too much depth', plan: () => planFtp(layers, 3, grid), code: 'DT_PLAN_DEPTH', says: /from 1 to 2.*got 3/ },
    { name: 'half a layer', plan: () => planFtp(layers, 1.5, grid), code: 'DT_PLAN_DEPTH', says: /got 1\.5/ },
    {
      name: 'more rows than the map has',
      plan: () => planFtp(layers, 2, { rows: 5, columns: 4 }),
      code: 'DT_PLAN_GRID',
      says: /1 to 4 rows and 1 to 4 columns.*got 5x4\. Choose a coarser grid/,
    },
    {
      name: 'more columns than the map has',
      plan: () => planFtp(layers, 2, { rows: 4, columns: 5 }),
      code: 'DT_PLAN_GRID',
      says: /got 4x5/,
    },
    { name: 'no rows', plan: () => planFtp(layers, 2, { rows: 0, columns: 1 }), code: 'DT_PLAN_GRID', says: /got 0x1/ },
    {
      name: 'padding before as wide as the window',
      plan: () => planFtp([layer({ padBefore: 3, output: { channels: 4, height: 10, width: 10 } })], 1, grid),
      code: 'DT_PLAN_PADDING',
      says: /Layer 0: .*smaller than the window \(3\), got 3\. Lower/,
    },
    {
      name: 'an output that needs padding after as wide as the window',
      plan: () => planFtp([layer({ output: { channels: 4, height: 8, width: 10 } })], 1, grid),
      code: 'DT_PLAN_PADDING',
      says: /Layer 0: .*output width of 10 from an input width of 8 needs 3/,
    },
    {
      name: 'an output that stops short of the map',
      plan: () => planFtp([layer({ output: { channels: 4, height: 6, width: 8 } })], 1, grid),
      code: 'DT_PLAN_LAYERS',
      says: /Layer 0: .*output height of at least 7 from an input height of 8.*got 6/,
    },
    {
      name: 'layers that do not chain',
      plan: () => planFtp([layers[0]!, layer({})], 2, grid),
      code: 'DT_PLAN_LAYERS',
      says: /Layer 1: expected an input of \[4, 8, 8\].*got \[1, 8, 8\]/,
    },
    {
      name: 'an empty map',
      plan: () => planFtp([layer({ output: { channels: 4, height: 0, width: 8 } })], 1, grid),
      code: 'DT_PLAN_LAYERS',
      says: /Layer 0: expected output height to be a whole number from 1, got 0/,
    },
    {
      name: 'a stride of 0',
      plan: () => planFtp([layer({ stride: 0 })], 1, grid),
      code: 'DT_PLAN_LAYERS',
      says: /expected stride .* got 0/,
    },
    {
      name: 'negative padding',
      plan: () => planFtp([layer({ padBefore: -1 })], 1, grid),
      code: 'DT_PLAN_LAYERS',
      says: /expected padBefore .* from 0, got -1/,
    },
  ];

  it.each(refusals)('$name: $code', ({ plan, code, says }) => {
    expect(plan).toThrow(
      expect.objectContaining({ name: 'DeepThingsError', code, message: expect.stringMatching(says) }),
    );
  });

  it('but not for a layer that is not fused', () => {
    expect(() => planFtp([...layers, layer({ stride: 0 })], 2, grid)).not.toThrow();
  });
});

describe('tileOf', () => {
  const plan = planFtp(chain(square(6), [conv(3, 1)]), 1, parseGrid('2x3'));

  it('finds a tile by its id', () => {
    expect(tileOf(plan, 4)).toMatchObject({ tileId: 4, row: 1, column: 1 });
  });

  it('refuses an id that the plan does not have', () => {
    expect(() => tileOf(plan, 6)).toThrow(expect.objectContaining({ code: 'DT_TILE_OUTSIDE' }));
  });
});

function unfrozenPaths(value: unknown, path = 'plan'): string[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  const below = Object.entries(value).flatMap(([key, child]) => unfrozenPaths(child, `${path}.${key}`));
  return Object.isFrozen(value) ? below : [path, ...below];
}
