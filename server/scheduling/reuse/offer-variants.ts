import type { FtpPlan } from '../../geometry/ftp-plan.js';
import { memoize } from '../../geometry/memoize.js';
import type { CacheTable } from '../../geometry/plan-cache.js';
import { SIDES, type Side } from '../../geometry/reuse/neighbours.js';
import { cutTile, type TileCut } from '../../geometry/reuse/tile-cut.js';
import { type OfferedRegion, type OffersToTile, offersKey, withoutRegions } from '../../geometry/reuse/tile-offer.js';

/** From which map on the strips of a side are used; all of them where it is not named. */
export type Begins = Readonly<Partial<Record<Side, number>>>;

/** What is left of the offers to a tile, and how it is cut by that. */
interface OfferVariant {
  readonly offers: OffersToTile;
  readonly cut: TileCut;
}

/** Offers to a tile of which not all are used. Who looks for the best of them tries a dozen, for tiles much alike. */
export class OfferVariants {
  readonly #plan: FtpPlan;
  readonly #tileId: number;
  readonly #offers: OffersToTile;
  readonly #variants = new Map<number, OfferVariant>();

  constructor(plan: FtpPlan, tileId: number, offers: OffersToTile) {
    this.#plan = plan;
    this.#tileId = tileId;
    this.#offers = offers;
  }

  /** @throws DeepThingsError as `cutTile`. */
  from(begins: Begins): OfferVariant {
    const maps = this.#plan.maps.length;
    let key = 0;
    for (const side of SIDES) key = key * (maps + 1) + Math.min(maps, Math.max(0, begins[side] ?? 0));
    return memoize(this.#variants, key, () => {
      const offers = withoutRegions(this.#plan, this.#offers, dropped(this.#offers, begins));
      return { offers, cut: cutTile(this.#plan, this.#tileId, offers) };
    });
  }
}

function dropped(offers: OffersToTile, begins: Begins): readonly OfferedRegion[] {
  return SIDES.flatMap((side) =>
    (offers[side]?.regions ?? []).flatMap((_, map) => (map < (begins[side] ?? 0) ? [{ side, map }] : [])),
  );
}

/** By `offersKey`. */
const VARIANTS: CacheTable<string, OfferVariants> = { limit: 128 };

/** The variants of what is offered to a tile. */
export function variantsOf(plan: FtpPlan, tileId: number, offers: OffersToTile): OfferVariants {
  return plan.cache.memoize(VARIANTS, offersKey(tileId, offers), () => new OfferVariants(plan, tileId, offers));
}
