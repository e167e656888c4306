import { EMPTY_REGION, intersectRegions, isEmptyRegion, type Region } from '../../geometry/region.js';
import { cutOff, cutSides } from '../../geometry/reuse/cut-sides.js';
import type { Side } from '../../geometry/reuse/neighbours.js';
import type { SegmentedStage } from './graph-segments.js';
import { type Cut, walkBack } from './tile-steps.js';

/** The regions that one tile keeps for a neighbour, by materialised value; no entry where it has nothing of use. */
export type GraphOffer = ReadonlyMap<string, Region>;

/**
 * Finds what a tile that ran keeps for a neighbour: at each value what it held of what the neighbour needs there if it cuts this
 * side at every value. A region that does not reach the edge of that is of no use and is not kept. Paper section IV.C.3.
 *
 * @param held of the tile that ran, by value.
 * @param shares of the neighbour.
 * @param side of the neighbour where the tile that ran lies.
 */
export function offerTo(
  stage: SegmentedStage,
  held: ReadonlyMap<string, Region>,
  shares: ReadonlyMap<string, Region>,
  side: Side,
): GraphOffer {
  const alongSide: Cut = (value, needed) => {
    const region = intersectRegions(held.get(value) ?? EMPTY_REGION, needed);
    if (isEmptyRegion(region) || !reachesEdge(region, needed, side)) return { rest: needed, taken: [] };
    return { rest: cutOff(needed, region, side), taken: [{ side, region }] };
  };
  return new Map(walkBack(stage, shares, alongSide).strips.map(({ region, value }) => [value, region]));
}

/** Cuts off what neighbours offer, side by side. */
export function cutByOffers(offers: Readonly<Partial<Record<Side, GraphOffer>>>): Cut {
  return (value, needed) => cutSides(needed, (side) => offers[side]?.get(value));
}

function reachesEdge(region: Region, needed: Region, side: Side): boolean {
  switch (side) {
    case 'north':
      return region.y0 === needed.y0;
    case 'south':
      return region.y1 === needed.y1;
    case 'west':
      return region.x0 === needed.x0;
    case 'east':
      return region.x1 === needed.x1;
  }
}
