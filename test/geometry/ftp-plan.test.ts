import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planGraph } from '../../server/geometry/choose-cut.js';
import { tileOf } from '../../server/geometry/ftp-plan.js';
import { parseGrid } from '../../server/geometry/grid.js';
import { conv as sketchedConv, sketchGraph } from '../graph/test-graphs.js';
import { arbitraryPlanCase } from './arbitrary-plans.js';
import { chainGraph, planLayers } from './chain-graphs.js';
import { chain, conv, max } from './layer-chains.js';

const square = (size: number) => ({ channels: 1, height: size, width: size });

describe('planFtp', () => {
  it("plans the paper's Fig. 5", () => {
    const plan = planLayers(chain(square(6), [conv(3, 1)]), 1, parseGrid('2x2'));
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
    const graph = chainGraph(chain(square(8), [conv(3, 4), max(2, 2), conv(3, 2)]));
    const plan = planGraph(graph, 2, parseGrid('2x4'));
    expect(plan.grid).toEqual({ rows: 2, columns: 4 });
    expect(plan.stage.nodes.map(({ node }) => node)).toEqual(graph.nodes.slice(0, 2));
    expect(plan.stage).toMatchObject({ graph, layers: 2, values: ['map 2'], mapNames: ['map 0', 'map 2'] });
    expect(plan.maps).toEqual([square(8), { channels: 4, height: 4, width: 4 }]);
    expect(plan.outputs).toEqual([1]);
    expect(plan.stage.segments.map(({ nodes }) => nodes.map(({ node }) => node.name))).toEqual([
      ['layer 0', 'layer 1'],
    ]);
    expect(plan.remainingMacs).toBe(4 * 4 * 9 * 4 * 2);
    expect(plan.chain!.maps).toEqual([
      square(8),
      { channels: 4, height: 8, width: 8 },
      { channels: 4, height: 4, width: 4 },
    ]);
  });

  it('is frozen in all that it made, and leaves its arguments as they were', () => {
    const graph = chainGraph(chain(square(8), [conv(3, 1), max(2, 2)]));
    const grid = { rows: 2, columns: 2 };
    const plan = planGraph(graph, 2, grid);
    const { stage, tiles, ...others } = plan;
    expect(unfrozenPaths({ tiles, maps: plan.maps, outputs: plan.outputs, grid: plan.grid })).toEqual(['plan']);
    expect([plan, plan.cache, plan.chain, stage, ...stage.segments].every((one) => Object.isFrozen(one))).toBe(true);
    expect(unfrozenPaths({ layers: others.chain!.layers, maps: others.chain!.maps })).toEqual(['plan']);
    expect([graph, graph.nodes, graph.nodes[0], grid].some((value) => Object.isFrozen(value))).toBe(false);
  });

  it('has tiles that cover the output map exactly once, none of them empty', () => {
    fc.assert(
      fc.property(arbitraryPlanCase(24, 5), ({ layers, depth, grid }) => {
        const plan = planLayers(layers, depth, grid);
        const { height, width } = plan.maps[plan.outputs[0]!]!;
        const covered = new Uint8Array(height * width);
        for (const { shares } of plan.tiles) {
          const { x0, x1, y0, y1 } = shares[0]!;
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

  it.each<[string, { rows: number; columns: number }, RegExp]>([
    ['more rows than the map has', { rows: 5, columns: 4 }, /1 to 4 rows and 1 to 4 columns.*chain puts out, got 5x4$/],
    ['more columns than the map has', { rows: 4, columns: 5 }, /got 4x5/],
    ['no rows', { rows: 0, columns: 1 }, /got 0x1/],
    ['no columns', { rows: 1, columns: 0 }, /got 1x0/],
    ['half a row', { rows: 1.5, columns: 1 }, /got 1.5x1/],
  ])('%s: DT_PLAN_GRID', (_name, grid, says) => {
    const refused = { name: 'DeepThingsError', code: 'DT_PLAN_GRID', message: expect.stringMatching(says) };
    expect(() => planLayers(layers, 2, grid)).toThrow(expect.objectContaining(refused));
  });

  it('but not a grid as fine as the largest of several maps: tiles may have no share of the others', () => {
    const branches = sketchGraph(
      [1, 3, 8, 8],
      [sketchedConv('x', 'a', [2, 3, 3]), sketchedConv('a', 'b', [2, 2, 3], { stride: 2 })],
      ['a', 'b'],
    );
    const { tiles } = planGraph(branches, ['a', 'b'], { rows: 8, columns: 1 });
    const empty = tiles.filter(({ shares }) => shares[1]!.y0 === shares[1]!.y1);
    expect(empty).toHaveLength(4);
    expect(tiles.every(({ shares }) => shares[0]!.y1 - shares[0]!.y0 === 1)).toBe(true);
    expect(() => planGraph(branches, ['a', 'b'], { rows: 9, columns: 1 })).toThrow(/1 to 8 rows/);
  });
});

describe('tileOf', () => {
  const plan = planLayers(chain(square(6), [conv(3, 1)]), 1, parseGrid('2x3'));

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
