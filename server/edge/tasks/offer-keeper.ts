import type { KeptStrip } from '../../compute/kept-strips.js';
import { oppositeSide, SIDES, type Side } from '../../geometry/reuse/neighbours.js';
import { offersOfTile, onlySides, type TileOffers } from '../../geometry/reuse/tile-offer.js';
import { CALLS } from '../../node/contract/calls.js';
import { encodeOfferedStrips, encodeOfferNotice } from '../../node/wire/overlap-body.js';
import { usableSides } from '../../scheduling/reuse/tile-start.js';
import type { EdgeDevice } from '../device/edge-device.js';
import type { DeviceOverlap } from './device-overlap.js';
import type { EdgeBoard } from './edge-board.js';
import type { EdgeTask } from './edge-task.js';
import type { RunningTile } from './tile-preparer.js';

export interface OfferKeeperParts {
  readonly edge: EdgeDevice;
  readonly board: EdgeBoard;
  readonly overlap: DeviceOverlap;
}

/** Keeps what a finished tile offers its neighbours, as long as one can use it, and lets its frame's source know. */
export class OfferKeeper {
  readonly #parts: OfferKeeperParts;

  constructor(parts: OfferKeeperParts) {
    this.#parts = parts;
  }

  /** @returns bytes of what is said about it. */
  keep(task: EdgeTask, { cut, keepFor, kept }: Omit<RunningTile, 'job'>): number {
    const { book, holder, pool } = this.#parts.overlap;
    const { self, wirePlan } = this.#parts.edge;
    const { frame, tile } = task;
    // The frame has ended while its tile was computed: nobody will ask for anything of it.
    if (task.source === self.device && !book.has(frame)) return 0;
    const offered = offersOfTile(wirePlan.plan, cut, keepFor);
    const add = (sides: readonly Side[]) =>
      kept.length > 0 && pool.add(frame, tile, onlySides(offered, sides), kept) ? offered : {};
    if (book.has(frame)) {
      const queued = book.queuedSides(frame, tile);
      const offers = add(this.#usable(task, queued));
      book.finished(frame, tile, offers, null);
      void this.#upload(task, onlySides(offers, queued), kept);
      return 0;
    }
    const offers = add(SIDES);
    // Nobody is to hear of it.
    if (keepFor.length === 0) return 0;
    // A tile that was pushed, or stolen from another than its source, has no way home: the source computes it as new.
    if (task.victim?.device !== task.source) return 0;
    const notice = encodeOfferNotice({ ...holder, offers });
    void this.#report(task, task.victim.address, notice).then((sides) => {
      if (sides === null) return;
      pool.keepOnly(frame, tile, this.#usable(task, sides));
      void this.#upload(task, onlySides(offers, sides), kept);
    });
    return notice.byteLength;
  }

  #usable(task: EdgeTask, queued: readonly Side[]): readonly Side[] {
    const { board, edge } = this.#parts;
    return usableSides(edge.wirePlan.plan, board, task, queued);
  }

  /** @returns the sides that others may ask for; null when the source could not be told. */
  async #report({ frame, tile }: EdgeTask, source: string, bytes: Uint8Array): Promise<readonly Side[] | null> {
    const { log, remote } = this.#parts.edge;
    try {
      const answer = await remote.peers.client(source).call(CALLS.offer, {
        path: { frame, tile },
        body: { mediaType: 'application/octet-stream', bytes },
      });
      return answer.json!.sides;
    } catch (error) {
      log.debug({ frame, tile, err: error }, 'the source could not be told what this tile offers');
      return null;
    }
  }

  /**
   * Puts strips into the gateway's pool. The source counts on them already: asking it again when they are there would
   * take a third request, and whoever starts a neighbour sooner computes what is missing.
   */
  async #upload({ frame, tile }: EdgeTask, offers: TileOffers, kept: readonly KeptStrip[]): Promise<void> {
    const { edge, overlap } = this.#parts;
    const { log, metrics, remote, self, wirePlan } = edge;
    if (overlap.holder.device === self.device) return;
    // What was dropped meanwhile may be in use for something else.
    const isThere = ({ side, map, data }: KeptStrip) =>
      overlap.pool.strip(frame, tile, oppositeSide(side), map)?.data === data;
    const strips = kept.filter((strip) => offers[strip.side] !== undefined && isThere(strip));
    if (strips.length === 0) return;
    const bytes = encodeOfferedStrips(wirePlan.plan, { device: self.device, offers, strips }, wirePlan.maps);
    try {
      await remote.gateway.call(CALLS.pooledStrips, {
        path: { frame, tile },
        body: { mediaType: 'application/octet-stream', bytes },
      });
      metrics.bytesSent.inc({ kind: 'overlap' }, bytes.byteLength);
    } catch (error) {
      log.debug({ frame, tile, err: error }, 'strips could not be given to the gateway');
    }
  }
}
