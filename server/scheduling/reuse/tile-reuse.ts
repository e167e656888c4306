import type { Side } from '../../geometry/reuse/neighbours.js';
import type { OffersToTile, TileOffers } from '../../geometry/reuse/tile-offer.js';

/** The device that computed a tile and keeps its strips. */
export interface Holder {
  readonly device: string;
  readonly address: string;
}

/** What a tile can count on, and who has it; a side without a holder is the asking device's own. */
export interface Reuse {
  readonly offers: OffersToTile;
  readonly holders: Readonly<Partial<Record<Side, Holder>>>;
}

export const NO_REUSE: Reuse = Object.freeze({ offers: Object.freeze({}), holders: Object.freeze({}) });

/** What has become of one tile of a frame, as far as the device knows that hands the next one out. */
export type TileState =
  | { readonly kind: 'queued' }
  | { readonly kind: 'in-flight' }
  /** `offers`: what can still be had of it; `{}` when whoever held it is lost. */
  | { readonly kind: 'done'; readonly offers: TileOffers };
