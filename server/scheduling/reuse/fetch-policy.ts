import type { FtpPlan } from '../../geometry/ftp-plan.js';
import type { TileOffer } from '../../geometry/plan-cache.js';
import { isEmptyRegion, type Region } from '../../geometry/region.js';
import { SIDES, type Side } from '../../geometry/reuse/neighbours.js';
import { cutTile, type Strip, type TileCut } from '../../geometry/reuse/tile-cut.js';
import type { OffersToTile, TileOffers } from '../../geometry/reuse/tile-offer.js';
import type { ComputeSpeed } from '../device/compute-speed.js';
import type { LinkRates } from '../policy/link-rates.js';
import { selectOffers, withoutFetching } from './fetch-estimate.js';
import { offerGain } from './offer-gain.js';

/** Which strips a device fetches: all, those that are worth their way, none. */
export type OverlapPolicy = 'always' | 'cost' | 'never';

export interface FetchPolicyParts {
  readonly plan: FtpPlan;
  readonly policy: OverlapPolicy;
  readonly links: LinkRates;
  readonly speed: ComputeSpeed;
  /** Of strips as they travel, as far as this device knows. */
  readonly bytesPerValue: number;
}

export interface FetchQuestion {
  readonly tileId: number;
  /** All that can be had. */
  readonly offers: OffersToTile;
  /** The address that has to be asked for a strip; null when it is where the tile runs. */
  readonly holderOf: (strip: Strip) => string | null;
  /** What it takes to have a region of the picture. */
  readonly inputMs: (region: Region) => number;
}

/** Which strips are to travel (`overlap.policy`), by what links and the engine have been measured at. */
export class FetchPolicy {
  readonly #parts: FetchPolicyParts;

  constructor(parts: FetchPolicyParts) {
    this.#parts = parts;
  }

  /** The offers that a tile should count on. */
  choose({ tileId, offers, holderOf, inputMs }: FetchQuestion): OffersToTile {
    const { bytesPerValue, links, plan, policy, speed } = this.#parts;
    const question = { plan, tileId, offers, holderOf };
    switch (policy) {
      case 'always':
        return offers;
      case 'never':
        return withoutFetching(question);
      case 'cost': {
        const { macsPerMs } = speed;
        if (macsPerMs === null) return offers;
        const linkTo = (address: string) => links.linkTo(address);
        return selectOffers({ ...question, linkTo, macsPerMs, bytesPerValue, inputMs });
      }
    }
  }

  /**
   * Whether fetching any of what is offered could be worth it, without a search: none of it saves more than all of it, to
   * compute and to have as input, and it costs a request at least.
   *
   * @param offers none of which is there without a request.
   * @param holders addresses that would be asked.
   */
  mayPayOff({ tileId, offers, inputMs }: Omit<FetchQuestion, 'holderOf'>, holders: readonly string[]): boolean {
    const { links, plan, policy, speed } = this.#parts;
    if (policy !== 'cost' || speed.macsPerMs === null) return policy !== 'never';
    const takesMs = ({ input, macs }: TileCut) => macs / speed.macsPerMs! + (isEmptyRegion(input) ? 0 : inputMs(input));
    const leastMs = Math.min(...holders.map((address) => links.linkTo(address).requestMs));
    return takesMs(cutTile(plan, tileId)) - takesMs(cutTile(plan, tileId, offers)) > leastMs;
  }

  /** Whether strips of one offer, alone, are likely to be worth a request. */
  isWorthFetching(side: Side, offer: TileOffer): boolean {
    const { policy, speed } = this.#parts;
    if (policy !== 'cost' || speed.macsPerMs === null) return policy !== 'never';
    return this.#savedMs(side, offer, speed.macsPerMs) > 0;
  }

  /**
   * Whether a frame's source should hear of what a tile offers. Telling it costs a request, and must save more than that for
   * one neighbour at least: for this device, if it is given that one next because of it. Another one has to send a request of
   * its own for the strips.
   */
  isWorthReporting(offers: TileOffers): boolean {
    const { links, plan, policy, speed } = this.#parts;
    const { macsPerMs } = speed;
    if (policy !== 'cost' || macsPerMs === null) return true;
    const gainMs = (side: Side, offer: TileOffer) => offerGain(plan, side, offer).macs / macsPerMs;
    return SIDES.some((side) => offers[side] !== undefined && gainMs(side, offers[side]) > links.typicalLink.requestMs);
  }

  #savedMs(side: Side, offer: TileOffer, macsPerMs: number): number {
    const { bytesPerValue, links, plan } = this.#parts;
    const { requestMs, bytesPerMs } = links.typicalLink;
    const { macs, bytes } = offerGain(plan, side, offer);
    const onTheWay = (bytes * bytesPerValue) / Float32Array.BYTES_PER_ELEMENT;
    return macs / macsPerMs - requestMs - onTheWay / bytesPerMs;
  }
}
