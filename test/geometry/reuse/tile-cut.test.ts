import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FtpPlan } from '../../../server/geometry/ftp-plan.js';
import { parseGrid } from '../../../server/geometry/grid.js';
import { planCost } from '../../../server/geometry/plan-cost.js';
import { containsRegion, EMPTY_REGION } from '../../../server/geometry/region.js';
import { cutInputBytes, cutTile, stripsBytes, type TileCut } from '../../../server/geometry/reuse/tile-cut.js';
import {
  offersOfTile,
  offersToTile,
  type TileOffers,
  withoutRegions,
} from '../../../server/geometry/reuse/tile-offer.js';
import { walkBack } from '../../../server/geometry/tile-walk.js';
import { propertyRuns } from '../../support/property-runs.js';
import { arbitraryPlanCase, type PlanCase } from '../arbitrary-plans.js';
import { planLayers } from '../chain-graphs.js';
import { cutInOrder } from '../cut-in-order.js';
import { chain, conv, max, type TestLayer, yolov2Chain } from '../layer-chains.js';
import { crop, type Plane, plane, runWhole } from '../reference-network.js';
import { ReuseRun } from '../reuse-run.js';

const square = (size: number) => ({ channels: 1, height: size, width: size });
/** More of them on demand: `REUSE_RUNS=20000 npx vitest run test/geometry/reuse/tile-cut.test.ts`. */
const runs = Number(process.env.REUSE_RUNS ?? propertyRuns(250));

describe('cutTile', () => {
  const layers = chain(square(8), [conv(3, 2), conv(3, 1)]);
  const plan = planLayers(layers, 2, parseGrid('1x2'));

  it('without offers computes what the plan says', () => {
    const yolov2 = planLayers(yolov2Chain(), 16, parseGrid('5x5'));
    for (const { computes, regions, shares, tileId } of yolov2.tiles) {
      const cut = cutTile(yolov2, tileId);
      expect(cut.input).toEqual(regions[0]);
      expect(cut.steps).toEqual(walkBack(yolov2.stage, shares).steps);
      expect(cut.strips).toEqual([]);
      expect(cut.held).toEqual(regions);
      expect(cut.computes).toEqual(computes);
      expect(cut.steps.map(({ reads }) => reads[0]!.region)).toEqual(regions.slice(0, -1));
      expect(cut.steps.map(({ writes }) => writes[0]!.region)).toEqual(regions.slice(1));
    }
  });

  it('takes two columns of a neighbour where a 3x3 layer needs two, and less of the picture', () => {
    const { cuts } = cutInOrder(plan, [0, 1]);
    expect(cuts[1]!.held).toEqual([
      { x0: 4, x1: 8, y0: 0, y1: 8 },
      { x0: 3, x1: 8, y0: 0, y1: 8 },
      { x0: 4, x1: 8, y0: 0, y1: 8 },
    ]);
    expect(cuts[1]!.strips).toEqual([{ map: 1, side: 'west', producer: 0, region: { x0: 3, x1: 5, y0: 0, y1: 8 } }]);
    const padding = { top: 1, bottom: 1, left: 0, right: 1 };
    expect(cuts[1]!.steps.map(({ reads, writes }) => ({ reads, writes: writes.map(({ region }) => region) }))).toEqual([
      {
        reads: [{ region: { x0: 4, x1: 8, y0: 0, y1: 8 }, padding }],
        writes: [{ x0: 5, x1: 8, y0: 0, y1: 8 }],
      },
      {
        reads: [{ region: { x0: 3, x1: 8, y0: 0, y1: 8 }, padding }],
        writes: [{ x0: 4, x1: 8, y0: 0, y1: 8 }],
      },
    ]);
    expect(cuts[1]!.computes).toEqual(cuts[1]!.steps.map(({ writes }) => writes[0]!.region));
    expect(cuts[1]!.macs).toBe(3 * 8 * 18 + 4 * 8 * 18);
    expect(cutInputBytes(plan, cuts[1]!, 1)).toBe(4 * 8);
    expect(stripsBytes(plan, cuts[1]!.strips, 4)).toBe(2 * 8 * 2 * 4);
    expect(cuts[0]!.macs + cuts[1]!.macs).toBe(plan.stage.macs);
  });

  it('calls the engine for no segment whose work the strips have done', () => {
    const thin = planLayers(chain(square(6), [conv(3, 1), conv(3, 1), conv(3, 1)]), 3, parseGrid('6x1'));
    const { cuts } = cutInOrder(thin, [0, 2, 1]);
    expect(cuts[1]!.steps.map(({ segment }) => segment.index)).toEqual([2]);
    expect(cuts[1]!.computes.slice(0, 2)).toEqual([EMPTY_REGION, EMPTY_REGION]);
    expect(new Set(cuts[1]!.strips.map(({ map }) => map))).toEqual(new Set([2]));
    expect(cuts[1]!.input).toEqual(EMPTY_REGION);
    expect(cuts[1]!.held.map((region) => region === EMPTY_REGION)).toEqual([true, true, false, false]);
    expect(cutInputBytes(thin, cuts[1]!, 1)).toBe(0);
  });

  it('is plain frozen data', () => {
    const cut = cutInOrder(plan, [0, 1]).cuts[1]!;
    const read = cut.steps.flatMap(({ reads, writes }) => [reads, writes, ...reads, ...writes]);
    const parts = [cut, cut.input, cut.held, cut.computes, cut.strips, cut.steps, ...cut.steps, ...read];
    expect([...parts, ...cut.held, ...cut.strips].every((value) => Object.isFrozen(value))).toBe(true);
    expect(structuredClone(cut)).toEqual(cut);
  });

  it("refuses another tile's offer and another plan's", () => {
    const other = planLayers(layers, 2, parseGrid('1x3'));
    const offer = cutInOrder(other, [0]).offers[0]!.east!;
    const invalid = expect.objectContaining({ code: 'DT_OFFER_INVALID' });
    expect(() => cutTile(other, 2, { west: offer })).toThrow(invalid);
    expect(() => cutTile(other, 1, { east: offer })).toThrow(invalid);
    expect(() => cutTile(other, 1, { north: offer })).toThrow(invalid);
    const oneMapLess = planLayers(layers, 1, parseGrid('1x3'));
    expect(() => cutTile(oneMapLess, 1, { west: offer })).toThrow(invalid);
    expect(() => cutTile(plan, 2)).toThrow(expect.objectContaining({ code: 'DT_TILE_OUTSIDE' }));
  });
});

interface ReuseCase {
  readonly layers: readonly TestLayer[];
  readonly plan: FtpPlan;
  readonly order: readonly number[];
  /** Whether what a neighbour offers is looked at, and whether a strip can be had in the end. */
  readonly isSeen: () => boolean;
  readonly isLost: () => boolean;
}

/** Little shrinking and many halos, in both directions: here strips of neighbours that reused are too short at times. */
const arbitraryHalos: fc.Arbitrary<PlanCase> = fc
  .record({
    height: fc.integer({ min: 6, max: 18 }),
    width: fc.integer({ min: 6, max: 18 }),
    specs: fc.array(
      fc.oneof(
        { weight: 5, arbitrary: fc.integer({ min: 2, max: 5 }).map((size) => conv(size, 1)) },
        { weight: 1, arbitrary: fc.constantFrom(conv(1, 1), conv(3, 1, 2), max(2, 2), max(3, 1), max(3, 2)) },
      ),
      { minLength: 3, maxLength: 6 },
    ),
    rows: fc.integer({ min: 2, max: 5 }),
    columns: fc.integer({ min: 2, max: 5 }),
  })
  .map(({ height, width, specs, rows, columns }) => {
    const layers = chain({ channels: 1, height, width }, specs);
    const { output } = layers.at(-1)!;
    const grid = { rows: Math.min(rows, output.height), columns: Math.min(columns, output.width) };
    return { layers, depth: layers.length, grid };
  });

const arbitraryReuse: fc.Arbitrary<ReuseCase> = fc
  .record({
    chain: fc.oneof(arbitraryPlanCase(14, 5), arbitraryHalos),
    seed: fc.integer({ min: 1, max: 0x7fffffff }),
    seen: fc.constantFrom(0.4, 0.8, 1),
    lost: fc.constantFrom(0, 0, 0.15, 0.5),
  })
  .map(({ chain: { layers, depth, grid }, seed, seen, lost }) => {
    const random = lehmer(seed);
    const plan = planLayers(layers, depth, grid);
    const ranks = plan.tiles.map(() => random());
    const order = [...ranks.keys()].sort((a, b) => ranks[a]! - ranks[b]!);
    return {
      layers: layers.slice(0, depth),
      plan,
      order,
      isSeen: () => random() < seen,
      isLost: () => random() < lost,
    };
  });

function lehmer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 0x7fffffff;
    return state / 0x7fffffff;
  };
}

/** Decides, finds strips lost, decides again, until every strip that is counted on is there. */
function decide({ plan, isSeen, isLost }: ReuseCase, tileId: number, offers: readonly (TileOffers | null)[]): TileCut {
  let left = offersToTile(plan, tileId, (producer) => (isSeen() ? offers[producer]! : null));
  const found = new Set<string>();
  for (;;) {
    const cut = cutTile(plan, tileId, left);
    const fetched = cut.strips.filter(({ side, map }) => !found.has(`${side}${map}`));
    const lost = fetched.filter(isLost);
    for (const { side, map } of fetched) found.add(`${side}${map}`);
    if (lost.length === 0) return cut;
    left = withoutRegions(plan, left, lost);
  }
}

function inputPlane({ layers }: ReuseCase): Plane {
  const { height, width } = layers[0]!.input;
  // Negative as well: a zero where minus infinity belongs would win a maximum.
  return plane(height, width, (y, x) => ((y * 37 + x * 101 + y * x * 13) % 199) - 150);
}

describe('tiles with reuse', () => {
  it('compute exactly what the whole network computes, in any order, with any subset of sides and strips lost', () => {
    let strips = 0;
    fc.assert(
      fc.property(arbitraryReuse, (reuse) => {
        const { layers, plan, order } = reuse;
        const expected = runWhole(layers, inputPlane(reuse));
        const devices = new ReuseRun(layers, inputPlane(reuse));
        const offers: (TileOffers | null)[] = plan.tiles.map(() => null);
        for (const tileId of order) {
          const cut = decide(reuse, tileId, offers);
          const { output, held } = devices.run(cut);
          expect(output).toEqual(crop(expected, plan.tiles[tileId]!.shares[0]!));
          for (const [map, { region }] of held) expect(region).toEqual(cut.held[map]);
          offers[tileId] = offersOfTile(plan, cut);
          devices.keep(held, offers[tileId]);
          strips += cut.strips.length;
        }
      }),
      { numRuns: runs },
    );
    expect(strips).toBeGreaterThan(runs);
  }, 3_600_000);

  it('never need more for having more offered', () => {
    fc.assert(
      fc.property(arbitraryReuse, (reuse) => {
        const { plan, order } = reuse;
        const offers: (TileOffers | null)[] = plan.tiles.map(() => null);
        for (const tileId of order) {
          const all = cutTile(
            plan,
            tileId,
            offersToTile(plan, tileId, (producer) => offers[producer]!),
          );
          const some = decide(reuse, tileId, offers);
          const none = cutTile(plan, tileId);
          for (const [fewer, more] of [
            [none, some],
            [some, all],
          ] as const) {
            expect(fewer.held.every((region, map) => containsRegion(region, more.held[map]!))).toBe(true);
            expect(containsRegion(fewer.input, more.input)).toBe(true);
            expect(more.macs).toBeLessThanOrEqual(fewer.macs);
          }
          offers[tileId] = offersOfTile(plan, some);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('one device that goes row by row', () => {
  it.each(['2x2', '5x5', '8x8', '4x7'])('computes nothing of YOLOv2 twice in %s', (name) => {
    const plan = planLayers(yolov2Chain(), 16, parseGrid(name));
    const { cuts } = cutInOrder(plan, [...plan.tiles.keys()]);
    const macs = cuts.reduce((sum, cut) => sum + cut.macs, 0);
    expect(macs / plan.stage.macs).toBeLessThan(1.001);
    expect(planCost(plan, { inputBytesPerValue: 1, outputBytesPerValue: 4 }).macs).toBeGreaterThan(macs);
  });

  it('reads the picture about once', () => {
    const plan = planLayers(yolov2Chain(), 16, parseGrid('5x5'));
    const { cuts } = cutInOrder(plan, [...plan.tiles.keys()]);
    const bytes = cuts.reduce((sum, cut) => sum + cutInputBytes(plan, cut, 1), 0);
    expect(bytes / (3 * 608 * 608)).toBeLessThan(1.1);
  });
});
