import type { FtpPlan } from '../../geometry/ftp-plan.js';
import { SIDES, type Side } from '../../geometry/reuse/neighbours.js';
import { offersOfTile, onlySides, type TileOffers } from '../../geometry/reuse/tile-offer.js';
import { strategyNamed } from '../strategies/strategies.js';
import type { StrategyName } from '../strategies/strategy.js';
import type { TaskKey } from '../task-key.js';
import type { StripThere } from './fetched-strips.js';
import type { ReuseBook } from './reuse-book.js';
import type { KeptOffers } from './task-reuse.js';
import type { Holder } from './tile-reuse.js';
import { type TileUnderWay, usableSides } from './tile-start.js';

/** The strips that a node keeps of finished tiles. */
export interface StripStore<There extends StripThere> extends KeptOffers {
  /** @param side where the producer lies, as seen from the tile that wants the strip. */
  strip(frame: string, producer: number, side: Side, map: number): There | null;
  /** Forgets what a tile keeps for neighbours that cannot use it any more. */
  keepOnly(frame: string, tile: number, sides: readonly Side[]): void;
}

export interface OfferKeepingParts {
  readonly device: string;
  readonly plan: FtpPlan;
  readonly board: { has(task: TaskKey): boolean };
  readonly book: ReuseBook;
  readonly pool: Pick<StripStore<never>, 'keepOnly'>;
}

/** A tile that is done. */
interface FinishedTile extends TaskKey {
  readonly source: string;
  readonly strategy: StrategyName;
  readonly victim: Holder | null;
}

/** What other nodes get of a finished tile, where they get anything. */
export type OfferNews =
  /** Strips that the gateway gets where it keeps them (`overlap.via: gateway`). */
  | { readonly kind: 'pool'; readonly offers: TileOffers }
  /** The frame's source is told; `toldOf` says what then. */
  | { readonly kind: 'report'; readonly address: string; readonly offers: TileOffers }
  | null;

/** Decides what a finished tile keeps for its neighbours, as long as one can use it, and which nodes hear of it. */
export class OfferKeeping {
  readonly #parts: OfferKeepingParts;

  constructor(parts: OfferKeepingParts) {
    this.#parts = parts;
  }

  /** @param store keeps these offers here; returns false when there is no room, or nothing to keep. */
  keep(
    task: FinishedTile,
    { cut, keepFor }: Pick<TileUnderWay, 'cut' | 'keepFor'>,
    store: (offers: TileOffers) => boolean,
  ): OfferNews {
    const { book, device, plan } = this.#parts;
    const { frame, source, strategy, tile, victim } = task;
    if (strategyNamed(strategy).reuse === 'none') return null;
    // The frame has ended while its tile was computed: no neighbour will ask for anything of it.
    if (source === device && !book.has(frame)) return null;
    const offered = offersOfTile(plan, cut, keepFor);
    const add = (sides: readonly Side[]) => (store(onlySides(offered, sides)) ? offered : {});
    if (book.has(frame)) {
      const queued = book.queuedSides(frame, tile);
      const offers = add(this.#usable(task, queued));
      book.finished(frame, tile, offers, null);
      return { kind: 'pool', offers: onlySides(offers, queued) };
    }
    const offers = add(SIDES);
    // No neighbour is worth a report; or the tile was pushed, or stolen from another device than its source, and has no way home:
    // the source computes its neighbours as new.
    if (keepFor.length === 0 || victim === null || victim.device !== source) return null;
    return { kind: 'report', address: victim.address, offers };
  }

  /** The source has named the sides that others may ask for. @returns strips that the gateway gets, where it keeps them. */
  toldOf(task: FinishedTile, offers: TileOffers, sides: readonly Side[]): TileOffers {
    this.#parts.pool.keepOnly(task.frame, task.tile, this.#usable(task, sides));
    return onlySides(offers, sides);
  }

  #usable(task: FinishedTile, queued: readonly Side[]): readonly Side[] {
    const { board, plan } = this.#parts;
    return usableSides(plan, board, task, queued);
  }
}
