import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseCut, cutAt, type FusedDepth, planGraph } from '../../server/geometry/choose-cut.js';
import type { FtpPlan } from '../../server/geometry/ftp-plan.js';
import type { Grid } from '../../server/geometry/grid.js';
import { MACS } from '../../server/geometry/machine-costs.js';
import { macsOfRegions } from '../../server/geometry/plan-cost.js';
import { regionArea } from '../../server/geometry/region.js';
import { cutTile } from '../../server/geometry/reuse/tile-cut.js';
import { restOf, stageOf } from '../../server/geometry/stage.js';
import { type GraphCut, tileable } from '../../server/graph/cuts.js';
import type { Graph } from '../../server/graph/graph.js';
import { genes, grow } from '../compute/arbitrary-graphs.js';
import { conv, node, sketchGraph } from '../graph/test-graphs.js';
import { propertyRuns } from '../support/property-runs.js';

const GRID = { rows: 2, columns: 2 };
const ONE_TILE = { rows: 1, columns: 1 };

/** Wide and cheap at first, narrow in the middle, dear at the end. */
const GRAPH = sketchGraph(
  [1, 3, 32, 32],
  [
    conv('x', 'a', [8, 3, 3]),
    conv('a', 'b', [4, 8, 3], { stride: 2 }),
    conv('b', 'c', [16, 4, 1]),
    conv('c', 'd', [4, 16, 5]),
    node('GlobalAveragePool', ['d'], 'e'),
  ],
);

/** The same with so many channels that engine calls no longer count. */
const DEAR = sketchGraph(
  [1, 3, 64, 64],
  [
    conv('x', 'a', [64, 3, 3]),
    conv('a', 'b', [16, 64, 3], { stride: 2 }),
    conv('b', 'c', [256, 16, 1]),
    conv('c', 'd', [64, 256, 5]),
    node('GlobalAveragePool', ['d'], 'e'),
  ],
);

/** A block with two values open in its middle, and activations behind its layers. */
const RESIDUAL = sketchGraph(
  [1, 3, 16, 16],
  [
    conv('x', 'a', [4, 3, 3]),
    node('Relu', ['a'], 'b'),
    conv('b', 'c', [4, 4, 3], { stride: 2 }),
    node('MaxPool', ['b'], 'd', { kernel_shape: { integers: [2, 2] }, strides: { integers: [2, 2] } }),
    node('Add', ['c', 'd'], 'e'),
    node('Relu', ['e'], 'f'),
    node('GlobalAveragePool', ['f'], 'g'),
  ],
);

describe('the cheapest cut in a grid', () => {
  it('shares out dear layers, and hands over no more than its neighbours', () => {
    const parts = tileable(GRAPH);
    expect(parts.cuts.map(({ after }) => after.outputs[0])).toEqual(['a', 'b', 'c', 'd']);
    expect(chooseCut(DEAR, tileable(DEAR), GRID, 4)!.after.outputs).toEqual(['d']);
    expect(chooseCut(DEAR, { ...parts, cuts: parts.cuts.slice(0, 3) }, GRID, 4)!.after.outputs).toEqual(['b']);
  });

  it('follows the number of devices: one alone computes overlaps and pays for calls, and gains nothing', () => {
    const ends = [1, 2, 3, 4, 9].map((devices) => chooseCut(DEAR, tileable(DEAR), GRID, devices)!.after.outputs[0]);
    expect(ends).toEqual(['b', 'd', 'd', 'd', 'd']);
    const cheap = chooseCut(GRAPH, tileable(GRAPH), GRID, 4)!;
    expect(cheap.after.outputs, 'four engine calls take longer than all of it').toEqual(['b']);
  });

  it('takes least time where devices share the tiles and one more computes what follows', () => {
    const macsOf = ({ stage, tiles }: FtpPlan) =>
      tiles.reduce((sum, { computes }) => sum + macsOfRegions(stage, computes), 0);
    const timeOf = (graph: Graph, { bytes, values }: GraphCut, grid: Grid, devices: number) => {
      const plan = planGraph(graph, values, grid);
      const times = plan.tiles.map(({ computes, regions, tileId }) => {
        const values = regions.reduce((sum, region, map) => sum + plan.maps[map]!.channels * regionArea(region), 0);
        const calls = cutTile(plan, tileId).steps.length;
        return macsOfRegions(plan.stage, computes) + MACS.perCall * calls + MACS.perValue * values;
      });
      const all = times.reduce((sum, time) => sum + time, 0);
      const shared = Math.max(...times, all / Math.min(devices, times.length));
      return plan.remainingMacs + MACS.perByteSent * bytes + shared;
    };
    const sizes = fc.integer({ min: 5, max: 17 });
    const counts = fc.integer({ min: 1, max: 4 });
    let compared = 0;
    fc.assert(
      fc.property(
        genes,
        sizes,
        sizes,
        counts,
        counts,
        counts,
        fc.nat(999),
        (codes, height, width, rows, columns, devices, seed) => {
          const graph = grow([1, 4, height, width], codes, seed);
          const grid = { rows, columns };
          const parts = tileable(graph);
          // Where windows stride over cells that nobody reads, tiles compute less than whole maps have, which no bound knows.
          fc.pre(parts.cuts.every(({ macs, values }) => macs === macsOf(planGraph(graph, values, ONE_TILE))));
          const best = chooseCut(graph, parts, grid, devices);
          const costs = parts.cuts.flatMap((cut, i) => {
            const [before, after] = [parts.cuts[i - 1], parts.cuts[i + 1]];
            const isNarrow = cut.bytes <= (before?.bytes ?? cut.bytes) && cut.bytes < (after?.bytes ?? Infinity);
            const shapes = cut.values.map((name) => graph.values.get(name)!.shape);
            const isFine = [rows, columns].every((count, axis) => shapes.some((shape) => shape[2 + axis]! >= count));
            return isNarrow && isFine ? [timeOf(graph, cut, grid, devices)] : [];
          });
          expect(best === null).toBe(costs.length === 0);
          if (best === null) return;
          compared += costs.length;
          expect(timeOf(graph, best, grid, devices)).toBeCloseTo(Math.min(...costs), 3);
        },
      ),
      { numRuns: propertyRuns(200) },
    );
    expect(compared).toBeGreaterThan(50);
  });

  it('is none where nothing can be computed in tiles, or no map has as many cells as tiles', () => {
    const flat = sketchGraph([1, 3, 4, 4], [node('GlobalAveragePool', ['x'], 'a')]);
    expect(chooseCut(flat, tileable(flat), GRID, 4)).toBeNull();
    expect(chooseCut(GRAPH, tileable(GRAPH), { rows: 33, columns: 1 }, 4)).toBeNull();
    expect(chooseCut(GRAPH, tileable(GRAPH), { rows: 16, columns: 16 }, 4)).not.toBeNull();
  });

  it('leaves the rest a graph of its own, with its own constants', () => {
    const { cuts, local } = tileable(GRAPH);
    const rest = restOf(stageOf(GRAPH, local, cuts[2]!));
    expect([rest.inputs, rest.outputs]).toEqual([['c'], ['e']]);
    expect(rest.nodes.map(({ operator }) => operator)).toEqual(['Conv', 'GlobalAveragePool']);
    expect([...rest.constants.keys()]).toEqual(['constant 3/1']);
    const early = { ...GRAPH, outputs: ['c', 'e'] };
    expect(restOf(stageOf(early, local, tileable(early).cuts[2]!)).outputs, 'c is there already').toEqual(['e']);
  });
});

describe('a fused depth means', () => {
  const valuesAt = (graph: typeof GRAPH, depth: FusedDepth, grid = GRID) =>
    cutAt(graph, tileable(graph), depth, grid, 4).values;

  it.each<[string, FusedDepth, readonly string[]]>([
    ['a number of layers', 1, ['a']],
    ['all layers', 4, ['d']],
    ['a node', 'Conv 1', ['b']],
    ['a value', 'c', ['c']],
    ['the last cut with no more than that share of the work', '40%', ['a']],
    ['a share of one cut more', '41%', ['b']],
    ['a share with a fraction, and a space before the sign', '43.2 %', ['c']],
    ['all of the work', '100%', ['d']],
    ['the cheapest cut', 'auto', ['b']],
    ['the values that are handed over', ['b'], ['b']],
  ])('%s: %j', (_what, depth, values) => {
    expect(valuesAt(GRAPH, depth)).toEqual(values);
  });

  it('after so many layers with what is done cell by cell to the last one', () => {
    expect(valuesAt(RESIDUAL, 1)).toEqual(['b']);
    // A convolution and pooling beside it: the first sum of both has three layers before it.
    expect(valuesAt(RESIDUAL, 2)).toEqual(['b', 'c']);
    expect(valuesAt(RESIDUAL, 3)).toEqual(['f']);
  });

  it('several values, by the node before them or by their names in any order', () => {
    expect(valuesAt(RESIDUAL, 'MaxPool 3')).toEqual(['c', 'd']);
    expect(valuesAt(RESIDUAL, ['d', 'c'])).toEqual(['c', 'd']);
    expect(valuesAt(RESIDUAL, ['b', 'c'])).toEqual(['b', 'c']);
  });

  it.each<[string, typeof GRAPH, FusedDepth, RegExp]>([
    ['no layers', GRAPH, 0, /^A fused depth of 0 layers is not one of sketch\. Choose a depth from 1 to 4\.$/],
    ['more layers than can be fused', GRAPH, 5, /depth of 5 layers .* from 1 to 4/],
    ['half a layer', GRAPH, 1.5, /depth of 1\.5 layers/],
    ['a node that is not there', GRAPH, 'conv9', /no node "conv9" after which .*deepthings model inspect/],
    ['a node behind the last cut', GRAPH, 'GlobalAveragePool 4', /no node "GlobalAveragePool 4"/],
    ['one value of two', RESIDUAL, ['c'], /cannot hand over c together. Both nodes need the same model/],
    ['too small a share', GRAPH, '30%', /30% of sketch ends before its first cut. Write from 31% to 100%/],
    ['more than all', GRAPH, '101%', /101% of sketch is more than there is. Write from 31% to 100%/],
    ['an endless name', GRAPH, 'n'.repeat(9999), /no node "n{80}" after/],
  ])('refuses %s', (_what, graph, depth, message) => {
    expect(() => valuesAt(graph, depth)).toThrow(
      expect.objectContaining({ code: 'DT_PLAN_DEPTH', message: expect.stringMatching(message) }),
    );
  });

  it('refuses a graph without cuts, and says what is in the way', () => {
    const flat = sketchGraph([1, 3, 4, 4], [node('GlobalAveragePool', ['x'], 'a')]);
    const message = 'No part of sketch can be computed in tiles: GlobalAveragePool 0: it pools the whole map.';
    for (const depth of [1, 'auto', '50%', ['a']]) {
      expect(() => valuesAt(flat, depth)).toThrow(
        expect.objectContaining({ code: 'DT_PLAN_DEPTH', message: expect.stringContaining(message) }),
      );
    }
    const wide = sketchGraph([1, 3, 4, 4], [conv('x', 'a', [1, 3, 1], { pad: 1 })]);
    expect(() => valuesAt(wide, 1)).toThrow(/Conv 0: its padding is as large as its window/);
  });

  it('refuses a grid with more tiles than any map has cells where the cut is left to it', () => {
    expect(() => valuesAt(GRAPH, 'auto', { rows: 1, columns: 33 })).toThrow(
      expect.objectContaining({ code: 'DT_PLAN_DEPTH', message: expect.stringMatching(/^No map .* coarser grid/) }),
    );
  });
});

describe('planGraph', () => {
  it('cuts every map that is handed over into the same grid', () => {
    const plan = planGraph(RESIDUAL, ['b', 'c'], { rows: 3, columns: 2 });
    expect(plan.outputs.map((map) => plan.stage.mapNames[map])).toEqual(['b', 'c']);
    expect(plan.maps).toEqual([
      { channels: 3, height: 16, width: 16 },
      { channels: 4, height: 16, width: 16 },
      { channels: 4, height: 8, width: 8 },
    ]);
    expect(plan.tiles[3]!.shares).toEqual([
      { x0: 8, x1: 16, y0: 5, y1: 10 },
      { x0: 4, x1: 8, y0: 2, y1: 5 },
    ]);
    expect(plan.chain).toBeNull();
    expect(plan.remainingMacs).toBe(0);
  });

  it('computes in tiles what these need, overlaps more than once', () => {
    const { stage, tiles } = planGraph(GRAPH, 2, GRID);
    const macs = tiles.map(({ computes }) => macsOfRegions(stage, computes));
    // Layer b has 16 x 16 cells, a tile of it 8 x 8, which need 17 or 16 of a's 32 a side: (17 + 16)^2 in all.
    expect(macs.reduce((sum, one) => sum + one)).toBe(16 * 16 * 9 * 8 * 4 + 33 * 33 * 9 * 3 * 8);
    expect(Math.max(...macs)).toBe(8 * 8 * 9 * 8 * 4 + 17 * 17 * 9 * 3 * 8);
    const whole = planGraph(GRAPH, 2, { rows: 1, columns: 1 });
    expect(macsOfRegions(whole.stage, whole.tiles[0]!.computes)).toBe(whole.stage.macs);
  });

  it('knows the work behind its stage', () => {
    const plan = planGraph(GRAPH, 2, GRID);
    expect(plan.remainingMacs).toBe(16 * 16 * 16 * 4 + 16 * 16 * 4 * 16 * 25);
    expect(plan.stage).toMatchObject({ layers: 2, macs: 32 * 32 * 8 * 27 + 16 * 16 * 4 * 72 });
  });
});
