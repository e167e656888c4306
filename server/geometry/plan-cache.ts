import { BoundedCache, memoize } from './memoize.js';
import type { Region } from './region.js';

/**
 * One kind of answer that a plan's cache keeps: a name for it, and a bound. The answers themselves belong to the plan, so
 * that a module which declares a table holds no state.
 */
export interface CacheTable<Key, Answer> {
  /** Entries at most. */
  readonly limit: number;
  /** Never set: binds the types of keys and answers to the table. */
  readonly types?: (key: Key) => Answer;
}

/** What one tile keeps for one of its neighbours. A few numbers, not the data. */
export interface TileOffer {
  /** Unique in its plan: two offers with one id are the same object. */
  readonly id: number;
  readonly producer: number;
  readonly consumer: number;
  /** By map; that of the picture is empty, since it is not exchanged. */
  readonly regions: readonly Region[];
}

/** Offers of one plan that are interned; then all are forgotten. */
const MOST_OFFERS = 8192;

/**
 * What has been computed from a plan, kept with the plan: frame after frame is much alike, and each part of a node that
 * has to do with a tile asks the same questions. Every table has a bound.
 */
export class PlanCache {
  readonly #tables = new Map<CacheTable<never, unknown>, BoundedCache<unknown, unknown>>();
  readonly #offers = new BoundedCache<string, TileOffer>(MOST_OFFERS);
  /** Never goes back, also when interned offers are forgotten: an id is never given to a second offer. */
  #lastOfferId = 0;

  constructor() {
    // Part of a frozen plan; its state is private.
    Object.freeze(this);
  }

  /** The answer for a key of a table, computed when it is asked for the first time. */
  memoize<Key, Answer extends NonNullable<unknown> | null>(
    table: CacheTable<Key, Answer>,
    key: Key,
    compute: () => Answer,
  ): Answer {
    const answers = memoize(this.#tables, table, () => new BoundedCache(table.limit)) as BoundedCache<Key, Answer>;
    return memoize(answers, key, compute);
  }

  /** The one object for an offer: what was computed from it before is found by its id. */
  internOffer(producer: number, consumer: number, regions: readonly Region[]): TileOffer {
    let text = `${producer},${consumer}`;
    for (const { x0, x1, y0, y1 } of regions) text += `,${x0},${x1},${y0},${y1}`;
    return memoize(this.#offers, text, () =>
      Object.freeze({ id: ++this.#lastOfferId, producer, consumer, regions: Object.freeze(regions) }),
    );
  }
}
