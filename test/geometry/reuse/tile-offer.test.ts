import { describe, expect, it } from 'vitest';
import type { FtpPlan } from '../../../server/geometry/ftp-plan.js';
import { parseGrid } from '../../../server/geometry/grid.js';
import { regionBytes } from '../../../server/geometry/plan-cost.js';
import { containsRegion, EMPTY_REGION } from '../../../server/geometry/region.js';
import { neighbourAt, oppositeSide, SIDES } from '../../../server/geometry/reuse/neighbours.js';
import { cutTile } from '../../../server/geometry/reuse/tile-cut.js';
import {
  offersBytes,
  offersOfTile,
  offersToTile,
  type TileOffers,
  withoutRegions,
} from '../../../server/geometry/reuse/tile-offer.js';
import { planLayers } from '../chain-graphs.js';
import { chain, conv, yolov2Chain } from '../layer-chains.js';

const MIB = 2 ** 20;
const square = (size: number) => ({ channels: 1, height: size, width: size });
const rowPlan = planLayers(chain(square(8), [conv(3, 1), conv(3, 1), conv(3, 1)]), 3, parseGrid('1x2'));

describe('offersOfTile', () => {
  it('offers what a neighbour needs if it cuts this side everywhere, and no more', () => {
    const { held } = cutTile(rowPlan, 0);
    expect(held.map(({ x0, x1 }) => [x0, x1])).toEqual([
      [0, 7],
      [0, 6],
      [0, 5],
      [0, 4],
    ]);
    expect(offersOfTile(rowPlan, { tileId: 0, held })).toEqual({
      east: {
        id: expect.any(Number),
        producer: 0,
        consumer: 1,
        regions: [EMPTY_REGION, { x0: 4, x1: 6, y0: 0, y1: 8 }, { x0: 3, x1: 5, y0: 0, y1: 8 }, EMPTY_REGION],
      },
    });
  });

  it('offers only what was held', () => {
    const held = [EMPTY_REGION, EMPTY_REGION, { x0: 0, x1: 5, y0: 2, y1: 6 }, EMPTY_REGION];
    expect(offersOfTile(rowPlan, { tileId: 0, held }).east!.regions).toEqual([
      EMPTY_REGION,
      EMPTY_REGION,
      { x0: 3, x1: 5, y0: 2, y1: 6 },
      EMPTY_REGION,
    ]);
  });

  it('leaves out what does not reach the edge of what the neighbour needs', () => {
    const held = [EMPTY_REGION, EMPTY_REGION, { x0: 4, x1: 5, y0: 0, y1: 8 }, EMPTY_REGION];
    expect(offersOfTile(rowPlan, { tileId: 0, held })).toEqual({});
  });

  it('offers to the sides that are asked for', () => {
    const plan = planLayers(yolov2Chain(), 16, parseGrid('3x3'));
    const cut = cutTile(plan, 4);
    expect(Object.keys(offersOfTile(plan, cut)).sort()).toEqual([...SIDES].sort());
    expect(offersOfTile(plan, cut, ['east'])).toEqual({ east: offersOfTile(plan, cut).east });
    expect(Object.keys(offersOfTile(plan, cutTile(plan, 0)))).toEqual(['south', 'east']);
  });

  it('gives a strip two cells wide before each 3x3 convolution of YOLOv2', () => {
    const plan = planLayers(yolov2Chain(), 16, parseGrid('5x5'));
    const { regions } = offersOfTile(plan, cutTile(plan, 12)).east!;
    expect(regions.slice(1).map(({ x0, x1 }) => x1 - x0)).toEqual([2, 2, 2, 2, 2, 2, 2, 0]);
  });

  it('is frozen', () => {
    const offers = offersOfTile(rowPlan, cutTile(rowPlan, 0));
    const parts = [offers, offers.east, offers.east!.regions, ...offers.east!.regions];
    expect(parts.every((value) => Object.isFrozen(value))).toBe(true);
  });
});

describe('offersToTile', () => {
  it('collects what neighbours offer, by side', () => {
    const plan = planLayers(yolov2Chain(), 16, parseGrid('3x3'));
    const offers = plan.tiles.map(({ tileId }) => offersOfTile(plan, cutTile(plan, tileId)));
    const toFour = offersToTile(plan, 4, (producer) => (producer === 1 ? null : offers[producer]!));
    expect(Object.keys(toFour).sort()).toEqual(['east', 'south', 'west']);
    for (const side of SIDES.slice(1)) {
      expect(toFour[side]).toBe(offers[neighbourAt(plan.grid, 4, side)!]![oppositeSide(side)]);
    }
    expect(Object.keys(offersToTile(plan, 0, (producer) => offers[producer]!)).sort()).toEqual(['east', 'south']);
  });
});

describe('withoutRegions', () => {
  it('takes out what is lost and leaves the rest, so that the cut is made without it', () => {
    const west = offersOfTile(rowPlan, cutTile(rowPlan, 0)).east!;
    const left = withoutRegions(rowPlan, { west }, [{ side: 'west', map: 2 }]);
    expect(left.west!.regions).toEqual([EMPTY_REGION, west.regions[1], EMPTY_REGION, EMPTY_REGION]);
    expect(cutTile(rowPlan, 1, { west }).strips.map(({ map }) => map)).toEqual([1, 2]);
    // Without the cut above, more is needed below than the strip has.
    expect(cutTile(rowPlan, 1, left).strips).toEqual([]);
    expect(withoutRegions(rowPlan, { west }, [{ side: 'east', map: 1 }])).toEqual({ west });
  });
});

describe('offersBytes', () => {
  it('are a tenth of what tiles hold, for YOLOv2 in 5x5', () => {
    const plan = planLayers(yolov2Chain(), 16, parseGrid('5x5'));
    let kept = 0;
    let held = 0;
    const offers: TileOffers[] = [];
    for (const { tileId } of plan.tiles) {
      const cut = cutTile(
        plan,
        tileId,
        offersToTile(plan, tileId, (producer) => offers[producer] ?? null),
      );
      offers[tileId] = offersOfTile(
        plan,
        cut,
        SIDES.filter((side) => isLater(plan, tileId, side)),
      );
      kept += offersBytes(plan, offers[tileId], 4);
      cut.held.forEach((region, map) => {
        if (map > 0 && !plan.outputs.includes(map)) held += regionBytes(region, plan.maps[map]!, 4);
      });
      for (const offer of Object.values(offers[tileId])) {
        expect(offer.regions.every((region, map) => containsRegion(cut.held[map]!, region))).toBe(true);
      }
    }
    expect(kept / MIB).toBeCloseTo(4.61, 2);
    expect(held / kept).toBeGreaterThan(5);
  });
});

function isLater(plan: FtpPlan, tileId: number, side: (typeof SIDES)[number]): boolean {
  return (neighbourAt(plan.grid, tileId, side) ?? -1) > tileId;
}
