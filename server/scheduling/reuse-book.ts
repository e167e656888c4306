import type { FtpPlan } from '../geometry/ftp-plan.js';
import { neighbourAt, SIDES, type Side } from '../geometry/neighbours.js';
import { cutTile } from '../geometry/tile-cut.js';
import { type OffersToTile, offersOfTile, offersToTile, type TileOffers } from '../geometry/tile-offer.js';
import type { TileState } from './adaptive-order.js';
import { type Holder, NO_REUSE, type Reuse } from './tile-reuse.js';

interface Finished {
  readonly offers: TileOffers;
  /** As those see it who can have them. */
  readonly state: TileState;
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
const OUT_OF_REACH: TileState = Object.freeze({ kind: 'done', offers: Object.freeze({}) });

/**
 * What a source knows of the tiles of its frames: which are done, what they offer and who keeps it (paper section
 * IV.C.2; in the paper the gateway knows this).
 */
export class ReuseBook {
  readonly #plan: FtpPlan;
  readonly #shared: boolean;
  readonly #frames = new Map<string, BookedFrame>();

  /** @param shared whether devices fetch strips from each other; else each counts on its own. */
  constructor(plan: FtpPlan, shared: boolean) {
    this.#plan = plan;
    this.#shared = shared;
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

  /** @param device who computes it; null for this device. */
  started(frame: string, tile: number, device: string | null): void {
    const { offers } = this.reuseFor(frame, tile, device);
    this.#frames.get(frame)?.inFlight.set(tile, { device, offers });
  }

  cameBack(frame: string, tile: number): void {
    this.#frames.get(frame)?.inFlight.delete(tile);
  }

  /** @param holder null when this device computed it. */
  finished(frame: string, tile: number, offers: TileOffers, holder: Holder | null): void {
    const booked = this.#frames.get(frame);
    booked?.inFlight.delete(tile);
    booked?.finished.set(tile, { offers, holder, state: { kind: 'done', offers } });
  }

  /**
   * What has become of every tile, for whoever chooses the next one.
   *
   * @param asker who computes that next one: what it computes now will be there by then. Null for this device.
   */
  states(frame: string, asker: string | null): readonly TileState[] {
    const booked = this.#frames.get(frame);
    return this.#plan.tiles.map(({ tileId }): TileState => {
      const done = booked?.finished.get(tileId);
      if (done !== undefined) return this.#canUse(done, asker) ? done.state : OUT_OF_REACH;
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
      return done !== undefined && this.#canUse(done, asker) ? done.offers : null;
    });
    const holders: Partial<Record<Side, Holder>> = {};
    for (const side of SIDES) {
      const producer = offers[side]?.producer;
      const holder = producer === undefined ? null : (finished.get(producer)?.holder ?? null);
      if (holder !== null) holders[side] = holder;
    }
    return { offers, holders };
  }

  #canUse({ holder }: Finished, asker: string | null): boolean {
    return this.#shared || (holder?.device ?? null) === asker;
  }
}
