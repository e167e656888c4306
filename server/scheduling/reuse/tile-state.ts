import type { TileOffers } from '../../geometry/reuse/tile-offer.js';

/** What has become of one tile of a frame, as far as the device knows that hands the next one out. */
export type TileState =
  | { readonly kind: 'queued' }
  | { readonly kind: 'in-flight' }
  /** `offers`: what can still be had of it; `{}` when whoever held it is lost. */
  | { readonly kind: 'done'; readonly offers: TileOffers };
