import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FtpPlan, fuseStage, planFtp } from '../../../server/geometry/ftp-plan.js';
import { containsRegion, isEmptyRegion, regionArea } from '../../../server/geometry/region.js';
import { SIDES } from '../../../server/geometry/reuse/neighbours.js';
import { decodeOffers, encodeOffers } from '../../../server/geometry/reuse/offer-codec.js';
import { cutTile, type TileCut } from '../../../server/geometry/reuse/tile-cut.js';
import {
  mostOfferedBytes,
  type OfferedRegion,
  offersBytes,
  offersOfTile,
  offersToTile,
  type TileOffers,
  withoutRegions,
} from '../../../server/geometry/reuse/tile-offer.js';
import { tileable } from '../../../server/graph/cuts.js';
import { seededRandom } from '../../../server/model/seeded-random.js';
import { genes, grow } from '../../compute/arbitrary-graphs.js';
import { propertyRuns } from '../../support/property-runs.js';

interface GraphCase {
  readonly plan: FtpPlan;
  readonly order: readonly number[];
  readonly random: () => number;
}

/** Any graph of maps, cut anywhere, in any grid and order of tiles. Null for one that has no cut. */
const arbitraryCase: fc.Arbitrary<GraphCase> = fc
  .record({
    codes: genes,
    height: fc.integer({ min: 5, max: 17 }),
    width: fc.integer({ min: 5, max: 17 }),
    pick: fc.nat(999),
    rows: fc.integer({ min: 1, max: 4 }),
    columns: fc.integer({ min: 1, max: 4 }),
    seed: fc.nat(999),
  })
  .map(({ codes, columns, height, pick, rows, seed, width }) => {
    const graph = grow([1, 4, height, width], codes, seed);
    const { cuts, local } = tileable(graph);
    const cut = cuts[pick % 3 === 0 ? cuts.length - 1 : pick % Math.max(1, cuts.length)];
    if (cut === undefined) return null;
    const most = (axis: number) => Math.max(...cut.values.map((name) => graph.values.get(name)!.shape[axis]!));
    const grid = { rows: Math.min(rows, most(2)), columns: Math.min(columns, most(3)) };
    const plan = planFtp(fuseStage(graph, local, cut), grid);
    const random = seededRandom(seed, 2);
    const keys = plan.tiles.map(() => random());
    const order = [...keys.keys()].sort((a, b) => keys[a]! - keys[b]!);
    return {
      plan,
      order,
      random,
      [fc.toStringMethod]: () => JSON.stringify({ codes, height, width, grid, seed, pick }),
    };
  })
  .filter((one) => one !== null);

/** Runs tiles in order, each with some of what is offered, and looks at each. */
function eachTile({ order, plan, random }: GraphCase, look: (cuts: readonly TileCut[], offers: TileOffers) => void) {
  const offers = new Map<number, TileOffers>();
  for (const tileId of order) {
    const all = offersToTile(plan, tileId, (producer) => offers.get(producer) ?? null);
    const lost = SIDES.flatMap((side) =>
      plan.maps.flatMap((_, map): OfferedRegion[] => (random() < 0.3 ? [{ side, map }] : [])),
    );
    const some = cutTile(plan, tileId, withoutRegions(plan, all, lost));
    offers.set(tileId, offersOfTile(plan, some));
    look([cutTile(plan, tileId), some, cutTile(plan, tileId, all)], offers.get(tileId)!);
  }
}

const RUNS = { numRuns: propertyRuns(300) };

describe('tiles of any graph', () => {
  it('never need more for having more offered', () => {
    let strips = 0;
    fc.assert(
      fc.property(arbitraryCase, (one) => {
        eachTile(one, ([none, some, all]) => {
          for (const [fewer, more] of [
            [none!, some!],
            [some!, all!],
          ] as const) {
            expect(fewer.held.every((region, map) => containsRegion(region, more.held[map]!))).toBe(true);
            expect(fewer.computes.every((region, i) => containsRegion(region, more.computes[i]!))).toBe(true);
            expect(more.macs).toBeLessThanOrEqual(fewer.macs);
          }
          strips += all!.strips.length;
        });
      }),
      RUNS,
    );
    expect(strips).toBeGreaterThan(100);
  });

  it('have of each map what they compute and what they take, each cell once', () => {
    fc.assert(
      fc.property(arbitraryCase, (one) => {
        eachTile(one, ([, some]) => {
          for (const [map, held] of some!.held.entries()) {
            if (map === 0) continue;
            const written = some!.steps.flatMap(({ writes }) => writes).filter((write) => write.map === map);
            const taken = some!.strips.filter((strip) => strip.map === map);
            const parts = [...written, ...taken].map(({ region }) => region);
            expect(parts.every((part) => containsRegion(held, part) && !isEmptyRegion(part))).toBe(true);
            expect(parts.reduce((cells, part) => cells + regionArea(part), 0)).toBe(regionArea(held));
          }
          for (const { reads, segment } of some!.steps) {
            for (const [i, { region }] of reads.entries()) {
              expect(containsRegion(some!.held[segment.inputs[i]!.map]!, region)).toBe(true);
            }
          }
        });
      }),
      RUNS,
    );
  });

  it('offer only what they have, which arrives as it was sent, and never more than the bound on bodies allows for', () => {
    fc.assert(
      fc.property(arbitraryCase, (one) => {
        eachTile(one, ([, some], offers) => {
          const { held, tileId } = some!;
          for (const { regions } of Object.values(offers)) {
            expect(regions.every((region, map) => containsRegion(held[map]!, region))).toBe(true);
          }
          expect(decodeOffers(one.plan, tileId, JSON.parse(JSON.stringify(encodeOffers(offers))))).toEqual(offers);
          expect(offersBytes(one.plan, offers, 4)).toBeLessThanOrEqual(mostOfferedBytes(one.plan, tileId, 4));
        });
      }),
      RUNS,
    );
  });
});
