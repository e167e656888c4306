import type { FtpPlan } from '../../geometry/ftp-plan.js';
import type { CacheTable } from '../../geometry/plan-cache.js';
import { macsOfRegions } from '../../geometry/plan-cost.js';
import { intersectRegions, isEmptyRegion, type Region } from '../../geometry/region.js';
import { cutTile } from '../../geometry/reuse/tile-cut.js';
import { type OffersToTile, offersKey } from '../../geometry/reuse/tile-offer.js';

/** What computing a tile costs given certain offers. */
export interface TileCost {
  /** Multiply-accumulates. */
  readonly macs: number;
  /** Of these, what each tile of `nearTiles` computes as well when it reuses nothing; in the same order. */
  readonly shared: readonly number[];
}

/** By `offersKey`. */
const COSTS: CacheTable<string, TileCost> = { limit: 8192 };

/**
 * What the tiles of one plan cost. Answers are kept with the plan: a scheduler asks for the same tile again and again.
 */
export class TileCosts {
  /** Multiply-accumulates of a tile if none were computed twice: the needed ones over the number of tiles. */
  readonly shareMacs: number;
  readonly #plan: FtpPlan;
  readonly #near: readonly (readonly number[])[];

  constructor(plan: FtpPlan) {
    this.#plan = plan;
    this.shareMacs = plan.stage.macs / plan.tiles.length;
    this.#near = plan.tiles.map((tile) =>
      plan.tiles
        .filter((other) => other !== tile && overlapsAnywhere(tile.computes, other.computes))
        .map(({ tileId }) => tileId),
    );
  }

  /** The tiles that compute something of what a tile computes, when neither reuses anything. */
  nearTiles(tileId: number): readonly number[] {
    return this.#near[tileId]!;
  }

  /** @throws DeepThingsError as `cutTile`. */
  costOf(tileId: number, offers: OffersToTile): TileCost {
    return this.#plan.cache.memoize(COSTS, offersKey(tileId, offers), () => this.#compute(tileId, offers));
  }

  #compute(tileId: number, offers: OffersToTile): TileCost {
    const { computes, macs } = cutTile(this.#plan, tileId, offers);
    return { macs, shared: this.nearTiles(tileId).map((near) => sharedMacs(this.#plan, computes, near)) };
  }
}

function sharedMacs(plan: FtpPlan, computes: readonly Region[], near: number): number {
  const other = plan.tiles[near]!.computes;
  return macsOfRegions(
    plan.stage,
    computes.map((region, work) => intersectRegions(region, other[work]!)),
  );
}

function overlapsAnywhere(some: readonly Region[], others: readonly Region[]): boolean {
  return some.some((region, i) => !isEmptyRegion(intersectRegions(region, others[i]!)));
}
