import type { FtpPlan } from '../../geometry/ftp-plan.js';
import type { CacheTable, TileOffer } from '../../geometry/plan-cache.js';
import { oppositeSide, type Side } from '../../geometry/reuse/neighbours.js';
import { cutTile, stripsBytes } from '../../geometry/reuse/tile-cut.js';

/** What an offer does for the neighbour that it is made to, where that has nothing else. */
export interface OfferGain {
  /** Multiply-accumulates that the neighbour need not execute. */
  readonly macs: number;
  /** Bytes of the strips that it uses for that, as F32; 0 when it can use none. */
  readonly bytes: number;
}

/** By offer. */
const GAINS: CacheTable<number, OfferGain> = { limit: 4096 };

/** @param side of the tile that offers, where the neighbour lies. */
export function offerGain(plan: FtpPlan, side: Side, offer: TileOffer): OfferGain {
  return plan.cache.memoize(GAINS, offer.id, () => {
    const helped = cutTile(plan, offer.consumer, { [oppositeSide(side)]: offer });
    return {
      macs: cutTile(plan, offer.consumer).macs - helped.macs,
      bytes: stripsBytes(plan, helped.strips, Float32Array.BYTES_PER_ELEMENT),
    };
  });
}
