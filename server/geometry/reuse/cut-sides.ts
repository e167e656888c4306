import { EMPTY_REGION, intersectRegions, isEmptyRegion, type Region } from '../region.js';
import { SIDES, type Side } from './neighbours.js';

/** What is taken of an offer at one side of a needed rectangle. */
export interface TakenSide {
  readonly side: Side;
  /** Never empty. */
  readonly region: Region;
}

/**
 * Cuts off a needed rectangle what neighbours offer, until nothing changes; each side is cut at most once, since a cut leaves less
 * to cover.
 *
 * @param offered the region that is offered at a side; undefined for none.
 * @returns what is left, a rectangle, and what was taken: together they cover `needed` exactly once.
 */
export function cutSides(
  needed: Region,
  offered: (side: Side) => Region | undefined,
): { readonly rest: Region; readonly taken: readonly TakenSide[] } {
  const taken: TakenSide[] = [];
  let rest = needed;
  for (let changed = true; changed && !isEmptyRegion(rest); ) {
    changed = false;
    for (const side of SIDES) {
      const offer = offered(side);
      if (offer === undefined || !coversSide(offer, rest, side)) continue;
      taken.push({ side, region: Object.freeze(intersectRegions(rest, offer)) });
      rest = cutOff(rest, offer, side);
      changed = true;
    }
  }
  return { rest: isEmptyRegion(rest) ? EMPTY_REGION : Object.freeze(rest), taken };
}

/** Whether an offer has the whole first (or last) row or column of a rectangle. */
export function coversSide(offered: Region, rest: Region, side: Side): boolean {
  if (isEmptyRegion(offered) || isEmptyRegion(rest)) return false;
  const acrossX = offered.x0 <= rest.x0 && rest.x1 <= offered.x1;
  const acrossY = offered.y0 <= rest.y0 && rest.y1 <= offered.y1;
  switch (side) {
    case 'north':
      return acrossX && offered.y0 <= rest.y0 && rest.y0 < offered.y1;
    case 'south':
      return acrossX && offered.y0 < rest.y1 && rest.y1 <= offered.y1;
    case 'west':
      return acrossY && offered.x0 <= rest.x0 && rest.x0 < offered.x1;
    case 'east':
      return acrossY && offered.x0 < rest.x1 && rest.x1 <= offered.x1;
  }
}

/** What is left of a rectangle without the side that an offer covers. */
export function cutOff(rest: Region, offered: Region, side: Side): Region {
  switch (side) {
    case 'north':
      return { ...rest, y0: offered.y1 };
    case 'south':
      return { ...rest, y1: offered.y0 };
    case 'west':
      return { ...rest, x0: offered.x1 };
    case 'east':
      return { ...rest, x1: offered.x0 };
  }
}
