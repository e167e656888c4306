import type { FtpPlan } from '../../geometry/ftp-plan.js';
import type { TileOffer } from '../../geometry/plan-cache.js';
import { neighbourAt, SIDES, type Side } from '../../geometry/reuse/neighbours.js';
import { cutTile } from '../../geometry/reuse/tile-cut.js';
import {
  type OffersToTile,
  offersOfTile,
  offersToTile,
  onlySides,
  type TileOffers,
} from '../../geometry/reuse/tile-offer.js';
import type { BoardChange } from '../device/board-change.js';
import type { TaskKey } from '../task-key.js';
import { type Holder, NO_REUSE, type Reuse, type TileState } from './tile-reuse.js';

type DoneTile = Extract<TileState, { readonly kind: 'done' }>;

interface Finished {
  readonly offers: TileOffers;
  /** As who holds it sees it, */
  readonly state: DoneTile;
  /** and as others do, for whom what is not worth fetching does not count; null before one has asked. */
  afar: DoneTile | null;
  readonly holder: Holder | null;
}

interface BookedFrame {
  readonly finished: Map<number, Finished>;
  readonly inFlight: Map<number, InFlight>;
}

interface InFlight {
  /** Null: this device. */
  readonly device: string | null;
  /** What the tile could count on when it was handed out. */
  readonly offers: OffersToTile;
}

const QUEUED: TileState = Object.freeze({ kind: 'queued' });
const IN_FLIGHT: TileState = Object.freeze({ kind: 'in-flight' });
/** Done, and nothing of it can be had. */
const OUT_OF_REACH: DoneTile = Object.freeze({ kind: 'done', offers: Object.freeze({}) });

/** What is known of strips that would have to be fetched. */
export interface Fetching {
  /** @param side of the tile that offers, where the neighbour lies. */
  isWorthFetching(side: Side, offer: TileOffer): boolean;
}

/**
 * What a source knows of the tiles of its frames: which are done, what they offer and who keeps it (paper section
 * IV.C.2; in the paper the gateway knows this).
 */
export class ReuseBook {
  readonly #plan: FtpPlan;
  readonly #fetching: Fetching | null;
  readonly #frames = new Map<string, BookedFrame>();

  /** @param fetching null where devices fetch no strips from each other: each counts on its own. */
  constructor(plan: FtpPlan, fetching: Fetching | null) {
    this.#plan = plan;
    this.#fetching = fetching;
  }

  /** Frames that are open here. */
  get size(): number {
    return this.#frames.size;
  }

  open(frame: string): void {
    if (!this.#frames.has(frame)) this.#frames.set(frame, { finished: new Map(), inFlight: new Map() });
  }

  close(frame: string): void {
    this.#frames.delete(frame);
  }

  has(frame: string): boolean {
    return this.#frames.has(frame);
  }

  /** Takes in what happened on this device's board: tiles of its own frames begin here and elsewhere, and come back. */
  follow(change: BoardChange<TaskKey, TaskKey>): void {
    if (change.kind === 'handed-out') this.started(change.task.frame, change.task.tile, change.thief);
    if (change.kind === 'handed-back') this.cameBack(change.task.frame, change.task.tile);
    if (change.kind === 'begun' && change.from === 'queue') this.started(change.task.frame, change.task.tile, null);
  }

  /** @param device who computes it; null for this device. */
  started(frame: string, tile: number, device: string | null): void {
    const offers = this.#likelyOffers(frame, tile, device);
    this.#frames.get(frame)?.inFlight.set(tile, { device, offers });
  }

  cameBack(frame: string, tile: number): void {
    this.#frames.get(frame)?.inFlight.delete(tile);
  }

  /** @param holder null when this device computed it. */
  finished(frame: string, tile: number, offers: TileOffers, holder: Holder | null): void {
    const booked = this.#frames.get(frame);
    booked?.inFlight.delete(tile);
    booked?.finished.set(tile, { offers, holder, state: { kind: 'done', offers }, afar: null });
  }

  /**
   * Another device has computed a tile of a frame of this one, and offers its borders.
   *
   * @returns the sides whose neighbour may ask for them: the holder forgets the others. Null when the frame is not open here.
   */
  offered(frame: string, tile: number, offers: TileOffers, holder: Holder): readonly Side[] | null {
    if (!this.has(frame)) return null;
    const sides = this.queuedSides(frame, tile).filter((side) => offers[side] !== undefined);
    this.finished(frame, tile, onlySides(offers, sides), holder);
    return sides;
  }

  /**
   * What has become of every tile, for whoever chooses the next one. Of what others have only that counts which is worth
   * fetching: an order that counts on the rest has tiles computed far from those whose strips are there.
   *
   * @param asker who computes that next one: what it computes now will be there by then. Null for this device.
   */
  states(frame: string, asker: string | null): readonly TileState[] {
    const booked = this.#frames.get(frame);
    return this.#plan.tiles.map(({ tileId }): TileState => {
      const done = booked?.finished.get(tileId);
      if (done !== undefined) return this.#stateFor(done, asker);
      const running = booked?.inFlight.get(tileId);
      if (running === undefined) return QUEUED;
      if (running.device !== asker) return IN_FLIGHT;
      return { kind: 'done', offers: offersOfTile(this.#plan, cutTile(this.#plan, tileId, running.offers)) };
    });
  }

  /** Sides of a tile where the neighbour is not handed out yet: whoever gets it will be told of the offer. */
  queuedSides(frame: string, tile: number): readonly Side[] {
    const inFlight = this.#frames.get(frame)?.inFlight;
    return this.openSides(frame, tile).filter((side) => !inFlight?.has(neighbourAt(this.#plan.grid, tile, side)!));
  }

  /** Sides of a tile where the neighbour is still to be computed. */
  openSides(frame: string, tile: number): readonly Side[] {
    const finished = this.#frames.get(frame)?.finished;
    return SIDES.filter((side) => {
      const neighbour = neighbourAt(this.#plan.grid, tile, side);
      return neighbour !== null && !finished?.has(neighbour);
    });
  }

  /**
   * What a tile can count on now; sides without a holder are this device's own.
   *
   * @param asker who computes it; null for this device.
   */
  reuseFor(frame: string, tile: number, asker: string | null): Reuse {
    const finished = this.#frames.get(frame)?.finished;
    if (finished === undefined || finished.size === 0) return NO_REUSE;
    const offers = offersToTile(this.#plan, tile, (producer) => {
      const done = finished.get(producer);
      return done !== undefined && (this.#fetching !== null || isHeldBy(done, asker)) ? done.offers : null;
    });
    const holders: Partial<Record<Side, Holder>> = {};
    for (const side of SIDES) {
      const producer = offers[side]?.producer;
      const holder = producer === undefined ? null : (finished.get(producer)?.holder ?? null);
      if (holder !== null) holders[side] = holder;
    }
    return { offers, holders };
  }

  #likelyOffers(frame: string, tile: number, device: string | null): OffersToTile {
    const finished = this.#frames.get(frame)?.finished;
    return offersToTile(this.#plan, tile, (producer) => {
      const done = finished?.get(producer);
      return done === undefined ? null : this.#stateFor(done, device).offers;
    });
  }

  #stateFor(done: Finished, asker: string | null): DoneTile {
    if (isHeldBy(done, asker)) return done.state;
    done.afar ??= this.#fetchable(done.offers);
    return done.afar;
  }

  #fetchable(offers: TileOffers): DoneTile {
    const sides = SIDES.filter(
      (side) => offers[side] !== undefined && this.#fetching?.isWorthFetching(side, offers[side]),
    );
    return sides.length === 0 ? OUT_OF_REACH : { kind: 'done', offers: onlySides(offers, sides) };
  }
}

/** @param device null: this one. */
function isHeldBy({ holder }: Finished, device: string | null): boolean {
  return (holder?.device ?? null) === device;
}
