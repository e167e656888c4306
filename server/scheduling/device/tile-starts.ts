import { regionBytes } from '../../geometry/plan-cost.js';
import { containsRegion, isEmptyRegion, type Region } from '../../geometry/region.js';
import { cutTile, type Strip, type TileCut } from '../../geometry/reuse/tile-cut.js';
import { type OffersToTile, withoutRegions } from '../../geometry/reuse/tile-offer.js';
import type { LinkRates } from '../policy/link-rates.js';
import { FetchedStrips, type StripThere } from '../reuse/fetched-strips.js';
import type { StripStore } from '../reuse/kept-offers.js';
import { NO_REUSE } from '../reuse/tile-reuse.js';
import {
  knownOffers,
  placeOf,
  sidesToKeep,
  stripsToFetch,
  type TileStartParts,
  type TileUnderWay,
} from '../reuse/tile-start.js';
import { strategyNamed } from '../strategies/strategies.js';
import type { DeviceTile, PicturePart } from './device-tile.js';

export interface TileStartsParts<There extends StripThere> {
  /** What the device knows of overlap, and keeps. */
  readonly reuse: TileStartParts & { readonly pool: StripStore<There> };
  readonly links: LinkRates;
  /** The address of the gateway, which has any part of a frame's picture. */
  readonly gateway: () => string;
  /** Returns whether the device has the frame's picture. */
  readonly hasPicture: (frame: string) => boolean;
}

/** A tile that is ready to be computed, or being computed. */
export interface ReadyTile<Task, There, Input> extends TileUnderWay {
  readonly task: Task;
  readonly offers: OffersToTile;
  /** Where the values of each strip are: here, or in a tile so many places before this one in the compute thread. */
  readonly strips: readonly (There | number)[];
  /** The part of the picture that it is cut from; null: the device's own picture, or no part. */
  readonly input: Input | null;
  /** Of getting it ready. */
  readonly costs: { readonly waitMs: number; readonly overlapMs: number; readonly overlapBytes: number };
}

/** What a device does to get a tile ready. */
export type StartEffect<Task, There, Input> =
  /** Ask each address for its strips; answered by `stripsCame`. */
  | { readonly kind: 'fetch-strips'; readonly task: Task; readonly wanted: ReadonlyMap<string, readonly Strip[]> }
  /** Ask the gateway for a part of the picture; answered by `inputCame`. */
  | { readonly kind: 'fetch-input'; readonly task: Task; readonly region: Region }
  | { readonly kind: 'compute'; readonly tile: ReadyTile<Task, There, Input> }
  /** A tile that cannot be computed here: its frame has ended, its input cannot be had, or it cannot be cut. */
  | { readonly kind: 'give-up'; readonly task: Task; readonly why: 'ended' | 'no-input' | Error };

/** Strips of a task that waits, fetched ahead; null until they are here. */
interface Ahead<Task, There extends StripThere> {
  readonly task: Task;
  fetched: FetchedStrips<There> | null;
}

interface Starting<Task, There extends StripThere> {
  readonly task: Task;
  /** Tiles that the compute thread has, in its order: they will have been computed when this one starts. */
  readonly before: readonly TileUnderWay[];
  readonly beganMs: number;
  awaits: 'strips-ahead' | 'strips' | 'input';
  fetched: FetchedStrips<There>;
  offers: OffersToTile;
  /** Decided when all that it counts on is there. */
  cut: TileCut | null;
  strips: readonly (There | number)[];
}

const nothing = new FetchedStrips<never>();

/**
 * Gets tiles ready, one at a time, at the moment their execution starts: decides what each can count on, first on what this
 * device has, then on what the task names as available elsewhere, as far as that is worth its way; what cannot be had within a
 * moment is computed. Strips of one task that waits are fetched ahead, while another one is computed.
 */
export class TileStarts<Task extends DeviceTile<Input>, There extends StripThere, Input extends PicturePart> {
  readonly #parts: TileStartsParts<There>;
  readonly #emit: (effect: StartEffect<Task, There, Input>, nowMs: number) => void;
  #ahead: Ahead<Task, There> | null = null;
  #starting: Starting<Task, There> | null = null;

  /** @param emit told what to do. */
  constructor(parts: TileStartsParts<There>, emit: (effect: StartEffect<Task, There, Input>, nowMs: number) => void) {
    this.#parts = parts;
    this.#emit = emit;
  }

  /**
   * Begins to fetch what a task that waits will need from others when the tiles before it are done.
   *
   * @param task the next one; of any other before it what was fetched is forgotten.
   */
  fetchAhead(task: Task, before: readonly TileUnderWay[], nowMs: number): void {
    if (this.#ahead?.task === task || !reusesOverlap(task)) return;
    const ahead: Ahead<Task, There> = { task, fetched: null };
    this.#ahead = ahead;
    try {
      const { wanted } = this.#choose(task, before, nothing);
      if (wanted.size === 0) ahead.fetched = nothing;
      else this.#emit({ kind: 'fetch-strips', task, wanted }, nowMs);
    } catch {
      // A task that cannot be cut is for `begin` to tell.
      ahead.fetched = nothing;
    }
  }

  /** Begins to get a tile ready, which ends with `compute` or `give-up`. */
  begin(task: Task, before: readonly TileUnderWay[], nowMs: number): void {
    const ahead = this.#ahead?.task === task ? this.#ahead.fetched : nothing;
    this.#starting = {
      ...{ task, before, beganMs: nowMs, awaits: 'strips-ahead', fetched: ahead ?? nothing },
      ...{ offers: {}, cut: null, strips: [] },
    };
    if (ahead !== null) this.#go(nowMs, (starting) => this.#fetch(starting, nowMs));
  }

  /** Strips of a task came, or did not. */
  stripsCame(task: Task, fetched: FetchedStrips<There>, nowMs: number): void {
    const starting = this.#starting?.task === task ? this.#starting : null;
    if (this.#ahead?.task === task) this.#ahead.fetched = fetched;
    if (starting?.awaits === 'strips-ahead') {
      starting.fetched = fetched;
      this.#go(nowMs, () => this.#fetch(starting, nowMs));
    } else if (starting?.awaits === 'strips') {
      starting.fetched = starting.fetched.with(fetched);
      this.#go(nowMs, () => this.#settle(starting, nowMs));
    }
  }

  /** @param input `ended`: the gateway knows its frame no more; `no-input`: it has not answered. */
  inputCame(task: Task, input: Input | 'ended' | 'no-input', nowMs: number): void {
    const starting = this.#starting;
    if (starting?.task !== task || starting.awaits !== 'input') return;
    if (typeof input === 'string') this.#giveUp(task, input, nowMs);
    else this.#go(nowMs, () => this.#ready(starting, input, nowMs));
  }

  /** What was fetched ahead of a frame that has ended, or began again, is of no more use. */
  forget(frame: string): void {
    if (this.#ahead?.task.frame === frame) this.#ahead = null;
  }

  #go(nowMs: number, step: (starting: Starting<Task, There>) => void): void {
    const { task } = this.#starting!;
    try {
      step(this.#starting!);
    } catch (error) {
      this.#giveUp(task, error as Error, nowMs);
    }
  }

  #fetch(starting: Starting<Task, There>, nowMs: number): void {
    this.#ahead = null;
    const { before, fetched, task } = starting;
    const { offers, wanted } = this.#choose(task, before, fetched);
    starting.offers = offers;
    starting.awaits = 'strips';
    if (wanted.size === 0) this.#settle(starting, nowMs);
    else this.#emit({ kind: 'fetch-strips', task, wanted }, nowMs);
  }

  /** Decides which offers to count on, and what of them is neither here nor fetched already. */
  #choose(task: Task, before: readonly TileUnderWay[], ahead: FetchedStrips<There>) {
    const { reuse } = this.#parts;
    const { offers, holders } = reusesOverlap(task) ? knownOffers(reuse, task, before) : NO_REUSE;
    const wanted: ReadonlyMap<string, readonly Strip[]> = new Map();
    if (Object.keys(holders).length === 0) return { offers, wanted };
    const holderOf = (strip: Strip) => (ahead.covering(strip) ? null : (holders[strip.side]?.address ?? null));
    const inputMs = (region: Region) => this.#inputMs(task, region);
    const chosen = reuse.policy.choose({ tileId: task.tile, offers, holderOf, inputMs });
    return { offers: chosen, wanted: stripsToFetch(reuse.plan, task.tile, chosen, holderOf) };
  }

  /** Each round counts on fewer strips than the one before, until all that are left are there. */
  #settle(starting: Starting<Task, There>, nowMs: number): void {
    const { allSides, plan } = this.#parts.reuse;
    const { task } = starting;
    for (;;) {
      const cut = cutTile(plan, task.tile, starting.offers);
      const sources = cut.strips.map((strip) => this.#sourceOf(starting, strip));
      const lost = cut.strips.filter((_, i) => sources[i] === null);
      if (lost.length === 0) {
        starting.cut = cut;
        starting.strips = sources as (There | number)[];
        break;
      }
      starting.offers = allSides ? {} : withoutRegions(plan, starting.offers, lost);
    }
    this.#findInput(starting, starting.cut.input, nowMs);
  }

  /** What came with the task is there; beyond that the gateway can cut any region again. */
  #findInput(starting: Starting<Task, There>, region: Region, nowMs: number): void {
    const { task } = starting;
    if (isEmptyRegion(region) || this.#parts.hasPicture(task.frame)) this.#ready(starting, null, nowMs);
    else if (task.input === null) this.#giveUp(task, 'ended', nowMs);
    else if (containsRegion(task.input.region, region)) this.#ready(starting, task.input, nowMs);
    else {
      starting.awaits = 'input';
      this.#emit({ kind: 'fetch-input', task, region }, nowMs);
    }
  }

  #ready({ beganMs, cut, fetched, offers, strips, task }: Starting<Task, There>, input: Input | null, nowMs: number) {
    this.#starting = null;
    const { frame } = task;
    const keepFor = reusesOverlap(task) ? sidesToKeep(this.#parts.reuse, frame, cut!) : [];
    const costs = { waitMs: beganMs - task.arrivedMs, overlapMs: nowMs - beganMs, overlapBytes: fetched.bytes };
    this.#emit({ kind: 'compute', tile: { frame, task, cut: cut!, keepFor, offers, strips, input, costs } }, nowMs);
  }

  #giveUp(task: Task, why: 'ended' | 'no-input' | Error, nowMs: number): void {
    this.#starting = null;
    this.#emit({ kind: 'give-up', task, why }, nowMs);
  }

  /** Where a strip's values are, of those that were fetched or of this device's own; null when there are none. */
  #sourceOf({ before, fetched, task }: Starting<Task, There>, strip: Strip): There | number | null {
    const place = placeOf(before, task.frame, strip.producer);
    if (place >= 0) return before.length - place;
    const { pool } = this.#parts.reuse;
    const there = fetched.covering(strip) ?? pool.strip(task.frame, strip.producer, strip.side, strip.map);
    return there !== null && containsRegion(there.region, strip.region) ? there : null;
  }

  /** What it takes to have a region of the picture. */
  #inputMs({ frame, input }: Task, region: Region): number {
    const { gateway, hasPicture, links, reuse } = this.#parts;
    if (hasPicture(frame) || (input !== null && containsRegion(input.region, region))) return 0;
    const { requestMs, bytesPerMs } = links.linkTo(gateway());
    return requestMs + regionBytes(region, reuse.plan.maps[0]!, 1) / bytesPerMs;
  }
}

/** Returns whether a tile takes overlap from its neighbours, and keeps some for them. */
function reusesOverlap({ strategy }: { readonly strategy: Parameters<typeof strategyNamed>[0] }): boolean {
  return strategyNamed(strategy).reuse === 'overlap';
}
