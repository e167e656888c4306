import type { KeptStrip } from '../../compute/kept-strips.js';
import { oppositeSide, SIDES, type Side } from '../../geometry/reuse/neighbours.js';
import { offersOfTile, onlySides, type TileOffers } from '../../geometry/reuse/tile-offer.js';
import { CALLS } from '../../node/contract/calls.js';
import type { Logger } from '../../node/observe/logger.js';
import type { NodeMetrics } from '../../node/observe/metrics.js';
import type { PeerClient } from '../../node/peers/peer-client.js';
import type { PeerClients } from '../../node/peers/peer-clients.js';
import { encodeOfferedStrips, encodeOfferNotice } from '../../node/wire/overlap-body.js';
import type { StripPool } from '../../node/wire/strip-pool.js';
import type { WirePlan } from '../../node/wire/task-body.js';
import type { ReuseBook } from '../../scheduling/reuse/reuse-book.js';
import type { Holder } from '../../scheduling/reuse/tile-reuse.js';
import { usableSides } from '../../scheduling/reuse/tile-start.js';
import type { MapType } from '../../tensor/map-tensor.js';
import type { EdgeBoard } from './edge-board.js';
import type { EdgeTask } from './edge-task.js';
import type { RunningTile } from './tile-preparer.js';

export interface OfferKeeperParts {
  readonly device: string;
  /** Where others find the strips of this device: here, or on the gateway. */
  readonly holder: () => Holder;
  /** Whether strips go to the gateway's pool. */
  readonly viaGateway: boolean;
  readonly wirePlan: WirePlan;
  readonly gateway: PeerClient;
  readonly peers: PeerClients;
  readonly board: EdgeBoard;
  readonly book: ReuseBook;
  readonly pool: StripPool;
  /** How strips are sent. */
  readonly maps: MapType;
  readonly metrics: NodeMetrics;
  readonly log: Logger;
}

/** Keeps what a finished tile offers its neighbours, as long as one can use it, and lets its frame's source know. */
export class OfferKeeper {
  readonly #parts: OfferKeeperParts;

  constructor(parts: OfferKeeperParts) {
    this.#parts = parts;
  }

  /** @returns bytes of what is said about it. */
  keep(task: EdgeTask, { cut, keepFor, kept }: Omit<RunningTile, 'job'>): number {
    const { book, device, holder, pool, wirePlan } = this.#parts;
    const { frame, tile } = task;
    // The frame has ended while its tile was computed: nobody will ask for anything of it.
    if (task.source === device && !book.has(frame)) return 0;
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
    const notice = encodeOfferNotice({ ...holder(), offers });
    void this.#report(task, task.victim.address, notice).then((sides) => {
      if (sides === null) return;
      pool.keepOnly(frame, tile, this.#usable(task, sides));
      void this.#upload(task, onlySides(offers, sides), kept);
    });
    return notice.byteLength;
  }

  #usable(task: EdgeTask, queued: readonly Side[]): readonly Side[] {
    const { board, wirePlan } = this.#parts;
    return usableSides(wirePlan.plan, board, task, queued);
  }

  /** @returns the sides that others may ask for; null when the source could not be told. */
  async #report({ frame, tile }: EdgeTask, source: string, bytes: Uint8Array): Promise<readonly Side[] | null> {
    const { log, peers } = this.#parts;
    try {
      const answer = await peers.client(source).call(CALLS.offer, {
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
    const { device, gateway, log, maps, metrics, pool, viaGateway, wirePlan } = this.#parts;
    if (!viaGateway) return;
    // What was dropped meanwhile may be in use for something else.
    const isThere = ({ side, segment, data }: KeptStrip) =>
      pool.strip(frame, tile, oppositeSide(side), segment)?.data === data;
    const strips = kept.filter((strip) => offers[strip.side] !== undefined && isThere(strip));
    if (strips.length === 0) return;
    const bytes = encodeOfferedStrips(wirePlan.plan, { device, offers, strips }, maps);
    try {
      await gateway.call(CALLS.pooledStrips, {
        path: { frame, tile },
        body: { mediaType: 'application/octet-stream', bytes },
      });
      metrics.bytesSent.inc({ kind: 'overlap' }, bytes.byteLength);
    } catch (error) {
      log.debug({ frame, tile, err: error }, 'strips could not be given to the gateway');
    }
  }
}
