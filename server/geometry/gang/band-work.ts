import { BoundedCache, memoize } from '../memoize.js';
import type { Region } from '../region.js';
import { walkSegments } from '../tile-walk.js';
import { type Bands, bandsAt } from './bands.js';
import { publishedMaps } from './gang-blocks.js';
import { type GangPlan, segmentsOf } from './gang-plan.js';

/** Work of a member, as far as it depends on its band of rows. */
export interface BlockWork {
  /** By gang stage: multiply-accumulates. */
  readonly macs: readonly number[];
  /** Bodies of strips that it sends and gets, where its neighbours alone need something of it. */
  readonly bodies: number;
  /** The part of the picture that it decodes: from its top to the last row that the member reads, from 0 to 1. */
  readonly decoded: number;
}

/** Most results of a walk that are kept for each stage, some 50 bytes each. */
const MOST_WALKS = 4096;
/** Most bands in steps whose work is kept, some 200 bytes each: all bands of 90 steps. */
const MOST_BANDS = 4096;

const LEAST_STEPS = 64;

/** A stage's part of a block. */
interface StageWork {
  readonly macs: number;
  /** Of the picture. */
  readonly lastRow: number;
}

/** The work of bands of rows, for those who choose them; results are kept, since many bands have blocks of the same rows. */
export class BandWork {
  /** Boundaries of bands are chosen in these: a row of the highest map at an end of a stage, and at least as many as there may be bands. */
  readonly steps: number;
  readonly #plan: GangPlan;
  /** By gang stage. */
  readonly #published: readonly (readonly number[])[];
  readonly #walks: readonly BoundedCache<string, StageWork>[];
  /** By the band's first step times the number of boundaries, plus its last. A search for bands asks for the same ones hundreds of times. */
  readonly #bands = new BoundedCache<number, BlockWork>(MOST_BANDS);

  constructor(plan: GangPlan) {
    this.#plan = plan;
    this.#published = publishedMaps(plan);
    this.#walks = plan.ends.map(() => new BoundedCache(MOST_WALKS));
    this.steps = Math.max(LEAST_STEPS, ...this.#published.flat().map((map) => plan.stage.maps[map]!.height));
  }

  /** Stages of a gang. */
  get stages(): number {
    return this.#published.length;
  }

  /** The rows of the lowest map that members end with: more of them have nothing to do there. */
  get rows(): number {
    const { maps } = this.#plan.stage;
    return Math.min(...this.#published.at(-1)!.map((map) => maps[map]!.height));
  }

  /** @param from,to rows of the band, in steps. */
  of(from: number, to: number): BlockWork {
    const { steps } = this;
    return memoize(this.#bands, from * (steps + 1) + to, () => {
      // The band is the middle one of three at most.
      const rows = [0, from, to, steps].filter((at, i, all) => at > (all[i - 1] ?? -1));
      return this.member(bandsAt(rows, steps), rows.indexOf(from));
    });
  }

  /** Returns the work of a member of bands of rows. */
  member(bands: Bands, member: number): BlockWork {
    const { maps } = this.#plan.stage;
    const last = bands.rows.length - 2;
    const stages = this.#published.map((published, index) => {
      const wanted = published.map((map) => this.#plan.blockOf(bands, member, map));
      const key = wanted.map(({ y0, y1 }) => `${y0},${y1}`).join(' ');
      return memoize(this.#walks[index]!, key, () => this.#walk(index, wanted));
    });
    const neighbours = (member > 0 ? 1 : 0) + (member < last ? 1 : 0);
    return {
      macs: stages.map(({ macs }) => macs),
      bodies: 2 * neighbours * (stages.length - 1),
      decoded: Math.max(...stages.map(({ lastRow }) => lastRow)) / maps[0]!.height,
    };
  }

  #walk(index: number, wanted: readonly Region[]): StageWork {
    const regions = new Map(this.#published[index]!.map((map, i) => [map, wanted[i]!]));
    const { macs, needed } = walkSegments(this.#plan.stage, segmentsOf(this.#plan, index), regions);
    return { macs, lastRow: needed[0]!.y1 };
  }
}
