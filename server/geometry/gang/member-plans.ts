import { BoundedCache, memoize } from '../memoize.js';
import type { Bands } from './bands.js';
import { gangBlocks, type MemberPlan } from './gang-blocks.js';
import type { GangPlan } from './gang-plan.js';

/** Bands change with the speeds of devices and the number of members; each is some 100 kB. */
const MOST_BANDS = 32;

/** The members' parts of frames that are shared out by bands; those of the latest few bands are kept. */
export class MemberPlans {
  readonly plan: GangPlan;
  readonly #members = new BoundedCache<string, readonly MemberPlan[]>(MOST_BANDS);

  constructor(plan: GangPlan) {
    this.plan = plan;
  }

  /** By member. */
  of(bands: Bands): readonly MemberPlan[] {
    return memoize(this.#members, JSON.stringify(bands), () => gangBlocks(this.plan, bands));
  }
}
