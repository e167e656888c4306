import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planGraph } from '../../../server/geometry/choose-cut.js';
import { isEmptyRegion, regionArea } from '../../../server/geometry/region.js';
import { SIDES, type Side } from '../../../server/geometry/reuse/neighbours.js';
import { cutTile, type Strip } from '../../../server/geometry/reuse/tile-cut.js';
import { offersOfTile, offersToTile } from '../../../server/geometry/reuse/tile-offer.js';
import { describeModel } from '../../../server/model/model-source.js';
import {
  estimatedMs,
  type FetchEstimate,
  selectOffers,
  withoutFetching,
} from '../../../server/scheduling/reuse/fetch-estimate.js';
import { arbitraryPlanCase } from '../../geometry/arbitrary-plans.js';
import { planLayers } from '../../geometry/chain-graphs.js';
import { propertyRuns } from '../../support/property-runs.js';

/** Any plan, any tile of it, some neighbours done, each kept by somebody, over any links, at any speed. */
const arbitraryQuestion: fc.Arbitrary<FetchEstimate> = fc
  .record({
    plan: arbitraryPlanCase(20, 6).map(({ layers, depth, grid }) => planLayers(layers, depth, grid)),
    tile: fc.nat(),
    holders: fc.array(fc.constantFrom('absent', 'here', 'a', 'b'), { minLength: 4, maxLength: 4 }),
    requestMs: fc.double({ min: 0, max: 50, noNaN: true }),
    bytesPerMs: fc.double({ min: 0.01, max: 1e5, noNaN: true }),
    macsPerMs: fc.double({ min: 0.01, max: 1e6, noNaN: true }),
    inputMsPerCell: fc.constantFrom(0, 0.001, 1),
  })
  .map(({ plan, tile, holders, requestMs, bytesPerMs, macsPerMs, inputMsPerCell }) => {
    const tileId = tile % plan.tiles.length;
    const holder = (side: Side) => holders[SIDES.indexOf(side)]!;
    const all = offersToTile(plan, tileId, (producer) => offersOfTile(plan, cutTile(plan, producer)));
    const there = SIDES.filter((side) => all[side] !== undefined && holder(side) !== 'absent');
    return {
      plan,
      tileId,
      offers: Object.fromEntries(there.map((side) => [side, all[side]!])),
      holderOf: ({ side }: Strip) => (holder(side) === 'here' ? null : holder(side)),
      linkTo: (name: string) => ({ requestMs: name === 'a' ? requestMs : 1, bytesPerMs }),
      macsPerMs,
      bytesPerValue: 4,
      inputMs: (region) => regionArea(region) * inputMsPerCell,
    };
  });

const RUNS = { numRuns: propertyRuns(400) };

describe('the offers that are worth their way', () => {
  it('never take longer than all, nor than those that are here', () => {
    fc.assert(
      fc.property(arbitraryQuestion, (question) => {
        const ms = estimatedMs(question, selectOffers(question));
        expect(ms).toBeLessThanOrEqual(estimatedMs(question, question.offers));
        expect(ms).toBeLessThanOrEqual(estimatedMs(question, withoutFetching(question)));
      }),
      RUNS,
    );
  });

  it('are the same each time, and of what was offered', () => {
    fc.assert(
      fc.property(arbitraryQuestion, (question) => {
        const chosen = selectOffers(question);
        expect(selectOffers(question)).toEqual(chosen);
        for (const side of SIDES) {
          for (const [map, region] of (chosen[side]?.regions ?? []).entries()) {
            if (!isEmptyRegion(region)) expect(region).toEqual(question.offers[side]!.regions[map]);
          }
        }
        cutTile(question.plan, question.tileId, chosen);
      }),
      RUNS,
    );
  });

  it('are all where nothing has to be fetched, or fetching takes no time', () => {
    fc.assert(
      fc.property(arbitraryQuestion, (question) => {
        const here = { ...question, holderOf: () => null };
        expect(selectOffers(here)).toBe(here.offers);
        const linkTo = () => ({ requestMs: 0, bytesPerMs: Number.POSITIVE_INFINITY });
        const macs = (offers: FetchEstimate['offers']) => cutTile(question.plan, question.tileId, offers).macs;
        expect(macs(selectOffers({ ...question, linkTo }))).toBe(macs(question.offers));
      }),
      RUNS,
    );
  });

  it('ask nobody where a request takes for ever', () => {
    fc.assert(
      fc.property(arbitraryQuestion, (question) => {
        const linkTo = () => ({ requestMs: 1e30, bytesPerMs: 1 });
        const cut = cutTile(question.plan, question.tileId, selectOffers({ ...question, linkTo }));
        expect(cut.strips.filter((strip) => question.holderOf(strip) !== null)).toEqual([]);
      }),
      RUNS,
    );
  });
});

describe('a tile amid a 5x5 grid of YOLOv2, 16 layers', () => {
  const network = describeModel({ name: 'yolov2', weights: 'synthetic' });
  const plan = planGraph(network.graph, 16, { rows: 5, columns: 5 });
  const offers = offersToTile(plan, 12, (producer) => offersOfTile(plan, cutTile(plan, producer)));
  /** One core of 12 GMAC/s. */
  const question: FetchEstimate = {
    ...{ plan, tileId: 12, offers, macsPerMs: 12e6, bytesPerValue: 4, inputMs: () => 0 },
    holderOf: ({ side }) => side,
    linkTo: () => ({ requestMs: 1, bytesPerMs: 6_250 }),
  };
  const lowest = (side: Side, chosen: FetchEstimate['offers']) =>
    Math.min(...cutTile(plan, 12, chosen).strips.flatMap((strip) => (strip.side === side ? [strip.map] : [])));

  it('fetches at 50 Mbit/s all but the strips of the largest maps, which save next to nothing', () => {
    const chosen = selectOffers(question);
    for (const side of SIDES) expect(lowest(side, chosen)).toBeGreaterThan(lowest(side, offers));
    expect(estimatedMs(question, chosen)).toBeLessThan(estimatedMs(question, {}) / 2);
  });

  it('fetches nothing at 10 Mbit/s, and computes in less time', () => {
    const slow = { ...question, linkTo: () => ({ requestMs: 3, bytesPerMs: 1_250 }) };
    expect(cutTile(plan, 12, selectOffers(slow)).strips).toEqual([]);
  });

  it('leaves out a holder that takes long to ask', () => {
    const linkTo = (holder: string) => ({ requestMs: holder === 'north' ? 80 : 1, bytesPerMs: 6_250 });
    const chosen = selectOffers({ ...question, linkTo });
    const sides = new Set(cutTile(plan, 12, chosen).strips.map(({ side }) => side));
    expect([...sides].sort()).toEqual(['east', 'south', 'west']);
  });

  it('counts what the picture takes that it would need', () => {
    const slow = { ...question, linkTo: () => ({ requestMs: 3, bytesPerMs: 1_250 }), inputMs: () => 200 };
    expect(cutTile(plan, 12, selectOffers(slow)).strips.length).toBeGreaterThan(0);
  });
});
