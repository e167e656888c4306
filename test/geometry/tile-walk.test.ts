import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseGrid } from '../../server/geometry/grid.js';
import { EMPTY_REGION, intersectRegions, type Region, wholeMap } from '../../server/geometry/region.js';
import { type TileStep, walkBack } from '../../server/geometry/tile-walk.js';
import { propertyRuns } from '../support/property-runs.js';
import { arbitraryPlanCase } from './arbitrary-plans.js';
import { planLayers, regionsByLayer } from './chain-graphs.js';
import { chain, conv, max, type TestLayer, yolov2Chain } from './layer-chains.js';
import { crop, type Plane, plane, runWhole } from './reference-network.js';
import { runStep } from './reuse-run.js';

const square = (size: number) => ({ channels: 1, height: size, width: size });
const ONE_TILE = parseGrid('1x1');

function inputPlane(layers: readonly TestLayer[]): Plane {
  const { height, width } = layers[0]!.input;
  // Negative as well: a zero where minus infinity belongs would win a maximum.
  return plane(height, width, (y, x) => ((y * 37 + x * 101 + y * x * 13) % 199) - 150);
}

/** What an edge device does for one tile of a chain, given nothing but its part of the picture. */
function runSteps(layers: readonly TestLayer[], steps: readonly TileStep[], input: Plane): Plane {
  return steps.reduce((block, step) => runStep(layers, step, block), crop(input, steps[0]!.reads[0]!.region));
}

describe('walkBack', () => {
  it('lists the calls for one tile', () => {
    const layers = chain(square(8), [conv(3, 1), max(2, 2), conv(3, 1)]);
    const { stage, tiles } = planLayers(layers, 3, parseGrid('2x2'));
    const { computes, held, macs, steps, strips } = walkBack(stage, tiles[1]!.shares);
    expect(steps).toEqual([
      {
        segment: stage.segments[0],
        reads: [{ region: { x0: 1, x1: 8, y0: 0, y1: 7 }, padding: { top: 1, bottom: 0, left: 0, right: 1 } }],
        writes: [{ map: 1, region: { x0: 1, x1: 4, y0: 0, y1: 3 }, block: { x0: 1, x1: 4, y0: 0, y1: 3 } }],
        macs: 36 * layers[0]!.macsPerCell + 9 * layers[1]!.macsPerCell,
      },
      {
        segment: stage.segments[1],
        reads: [{ region: { x0: 1, x1: 4, y0: 0, y1: 3 }, padding: { top: 1, bottom: 0, left: 0, right: 1 } }],
        writes: [{ map: 2, region: { x0: 2, x1: 4, y0: 0, y1: 2 }, block: { x0: 2, x1: 4, y0: 0, y1: 2 } }],
        macs: 4 * layers[2]!.macsPerCell,
      },
    ]);
    expect(stage.segments.map(({ nodes }) => nodes.map(({ node }) => node.name))).toEqual([
      ['layer 0', 'layer 1'],
      ['layer 2'],
    ]);
    // By the layers that multiply.
    expect(computes).toEqual([
      { x0: 2, x1: 8, y0: 0, y1: 6 },
      { x0: 2, x1: 4, y0: 0, y1: 2 },
    ]);
    expect(held).toEqual([...steps.map(({ reads }) => reads[0]!.region), tiles[1]!.shares[0]]);
    expect(macs).toBe(steps.reduce((sum, step) => sum + step.macs, 0));
    expect(strips).toEqual([]);
  });

  it('starts at the tile input, ends at the tile output, and each step feeds the next', () => {
    const plan = planLayers(yolov2Chain(), 16, parseGrid('5x5'));
    for (const { tileId, regions, shares } of plan.tiles) {
      const { steps } = walkBack(plan.stage, shares);
      expect(steps.map(({ segment }) => segment)).toEqual(plan.stage.segments);
      expect(steps.map(({ reads }) => reads[0]!.region)).toEqual(regions.slice(0, -1));
      expect(steps.map(({ writes }) => writes[0]!.region)).toEqual(regions.slice(1));
      const byLayer = regionsByLayer(plan, tileId);
      expect(regions).toEqual(plan.stage.mapNames.map((name) => byLayer[Number(name.replace('map ', ''))]));
    }
  });

  it('computes tile by tile exactly what the whole network computes', () => {
    fc.assert(
      fc.property(arbitraryPlanCase(14, 5), ({ layers, depth, grid }) => {
        const plan = planLayers(layers, depth, grid);
        const input = inputPlane(layers);
        const expected = runWhole(layers.slice(0, depth), input);
        for (const { shares } of plan.tiles) {
          const { steps } = walkBack(plan.stage, shares);
          expect(runSteps(layers, steps, input)).toEqual(crop(expected, shares[0]!));
        }
      }),
      { numRuns: propertyRuns(150) },
    );
  });

  it('computes any rectangle of any map, as reuse will ask for', () => {
    const rectangle = fc.record({ x0: fc.nat(13), y0: fc.nat(13), width: fc.nat(13), height: fc.nat(13) });
    fc.assert(
      fc.property(arbitraryPlanCase(14, 4), rectangle, ({ layers, depth }, { x0, y0, width, height }) => {
        const { maps, outputs, stage } = planLayers(layers, depth, ONE_TILE);
        const wanted = { x0, x1: x0 + width, y0, y1: y0 + height };
        const output = intersectRegions(wanted, wholeMap(maps[outputs[0]!]!));
        fc.pre(output !== EMPTY_REGION);
        const input = inputPlane(layers);
        const expected = runWhole(layers.slice(0, depth), input);
        expect(runSteps(layers, walkBack(stage, [output]).steps, input)).toEqual(crop(expected, output));
      }),
      { numRuns: propertyRuns(150) },
    );
  });

  it('computes of a map what its strips leave, at each step', () => {
    fc.assert(
      fc.property(arbitraryPlanCase(14, 4), fc.nat(), ({ layers, depth, grid }, pick) => {
        const { maps, stage, tiles } = planLayers(layers, depth, grid);
        const map = 1 + (pick % (maps.length - 1));
        const { shares } = tiles[pick % tiles.length]!;
        const top = (needed: Region): Region => ({ ...needed, y1: needed.y0 + 1 });
        const cut = walkBack(stage, shares, (at, needed) =>
          at === map
            ? { rest: { ...needed, y0: needed.y0 + 1 }, taken: [{ side: 'north', region: top(needed) }] }
            : { rest: needed, taken: [] },
        );
        expect(cut.strips).toEqual([{ map, side: 'north', region: top(cut.held[map]!) }]);
        const written = cut.steps.flatMap(({ writes }) => writes).find((one) => one.map === map);
        const { y0, y1 } = cut.held[map]!;
        if (y1 - y0 === 1) expect(written).toBeUndefined();
        else expect(written!.region).toEqual({ ...cut.held[map]!, y0: y0 + 1 });
        expect(cut.macs).toBeLessThanOrEqual(walkBack(stage, shares).macs);
      }),
      { numRuns: propertyRuns(150) },
    );
  });

  it('needs nothing for nothing', () => {
    const { stage } = planLayers(chain(square(8), [conv(3, 1), max(2, 2), conv(3, 1)]), 3, parseGrid('2x2'));
    for (const empty of [EMPTY_REGION, { x0: 2, x1: 2, y0: 0, y1: 4 }, { x0: 0, x1: 4, y0: 3, y1: 1 }]) {
      expect(walkBack(stage, [empty])).toEqual({
        steps: [],
        held: [EMPTY_REGION, EMPTY_REGION, EMPTY_REGION],
        strips: [],
        computes: [EMPTY_REGION, EMPTY_REGION],
        needed: stage.shapes.map(() => expect.objectContaining({})),
        macs: 0,
      });
    }
  });
});

describe('what is needed of a value', () => {
  it('gives a region of every map', () => {
    const plan = planLayers(chain(square(8), [conv(3, 1), max(2, 2), conv(3, 1)]), 3, parseGrid('2x2'));
    expect(plan.tiles[1]!.shares).toEqual([{ x0: 2, x1: 4, y0: 0, y1: 2 }]);
    expect(regionsByLayer(plan, 1)).toEqual([
      { x0: 1, x1: 8, y0: 0, y1: 7 },
      { x0: 2, x1: 8, y0: 0, y1: 6 },
      { x0: 1, x1: 4, y0: 0, y1: 3 },
      { x0: 2, x1: 4, y0: 0, y1: 2 },
    ]);
  });

  it('is nothing below an empty region', () => {
    const { stage } = planLayers(chain(square(8), [conv(3, 1), max(2, 2)]), 2, parseGrid('2x2'));
    const needed = walkBack(stage, [{ x0: 3, x1: 3, y0: 0, y1: 2 }]).needed;
    for (const name of ['map 0', 'map 1']) expect(needed[stage.numbers.get(name)!]).toEqual(EMPTY_REGION);
  });
});
