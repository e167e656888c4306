import type { FtpPlan } from '../../server/geometry/ftp-plan.js';
import { cutTile, type TileCut } from '../../server/geometry/reuse/tile-cut.js';
import { offersOfTile, offersToTile, type TileOffers } from '../../server/geometry/reuse/tile-offer.js';

/** Offers of tiles that ran one after another, each with all that was there. */
export function cutInOrder(
  plan: FtpPlan,
  order: readonly number[],
): { readonly cuts: TileCut[]; readonly offers: TileOffers[] } {
  const cuts: TileCut[] = [];
  const offers: TileOffers[] = [];
  for (const tileId of order) {
    cuts[tileId] = cutTile(
      plan,
      tileId,
      offersToTile(plan, tileId, (producer) => offers[producer] ?? null),
    );
    offers[tileId] = offersOfTile(plan, cuts[tileId]);
  }
  return { cuts, offers };
}
