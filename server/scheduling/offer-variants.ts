import type { FtpPlan } from '../geometry/ftp-plan.js';
import { SIDES, type Side } from '../geometry/neighbours.js';
import { offersKey } from '../geometry/offers-key.js';
import { BoundedAnswers, remembered } from '../geometry/remembered.js';
import { cutTile, type TileCut } from '../geometry/tile-cut.js';
import { type OfferedRegion, type OffersToTile, withoutRegions } from '../geometry/tile-offer.js';

/** From which segment on the strips of a side are used; all of them where it is not named. */
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
  readonly #known = new Map<number, OfferVariant>();

  constructor(plan: FtpPlan, tileId: number, offers: OffersToTile) {
    this.#plan = plan;
    this.#tileId = tileId;
    this.#offers = offers;
  }

  /** @throws DeepThingsError as `cutTile`. */
  from(begins: Begins): OfferVariant {
    const segments = this.#plan.segments.length;
    let key = 0;
    for (const side of SIDES) key = key * (segments + 1) + Math.min(segments, Math.max(0, begins[side] ?? 0));
    return remembered(this.#known, key, () => {
      const offers = withoutRegions(this.#offers, dropped(this.#offers, begins));
      return { offers, cut: cutTile(this.#plan, this.#tileId, offers) };
    });
  }
}

function dropped(offers: OffersToTile, begins: Begins): readonly OfferedRegion[] {
  return SIDES.flatMap((side) =>
    (offers[side]?.regions ?? []).flatMap((_, segment) => (segment < (begins[side] ?? 0) ? [{ side, segment }] : [])),
  );
}

/** Offers of one plan of which the variants are remembered; then all are forgotten. */
const REMEMBERED = 128;

const known = new WeakMap<FtpPlan, BoundedAnswers<string, OfferVariants>>();

/** The variants of what is offered to a tile. */
export function variantsOf(plan: FtpPlan, tileId: number, offers: OffersToTile): OfferVariants {
  const ofPlan = remembered(known, plan, () => new BoundedAnswers(REMEMBERED));
  return remembered(ofPlan, offersKey(tileId, offers), () => new OfferVariants(plan, tileId, offers));
}
