import type { KeptStrip } from '../../compute/kept-strips.js';
import { oppositeSide, type Side } from '../../geometry/reuse/neighbours.js';
import type { TileOffers } from '../../geometry/reuse/tile-offer.js';
import { CALLS } from '../../node/contract/calls.js';
import { encodeOfferedStrips, encodeOfferNotice } from '../../node/wire/overlap-body.js';
import { OfferKeeping } from '../../scheduling/reuse/kept-offers.js';
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
  readonly #keeping: OfferKeeping;

  constructor(parts: OfferKeeperParts) {
    this.#parts = parts;
    const { board, edge, overlap } = parts;
    this.#keeping = new OfferKeeping({ ...overlap, board, device: edge.self.device, plan: edge.wirePlan.plan });
  }

  /** @returns bytes of what is said about it. */
  keep(task: EdgeTask, tile: Pick<RunningTile, 'cut' | 'keepFor' | 'kept'>): number {
    const { holder, pool } = this.#parts.overlap;
    const { frame, tile: id } = task;
    const { kept } = tile;
    const news = this.#keeping.keep(task, tile, (offers) => kept.length > 0 && pool.add(frame, id, offers, kept));
    if (news === null) return 0;
    const { offers } = news;
    if (news.kind === 'pool') {
      void this.#upload(task, offers, kept);
      return 0;
    }
    const notice = encodeOfferNotice({ ...holder, offers });
    void this.#report(task, news.address, notice).then((sides) => {
      if (sides !== null) void this.#upload(task, this.#keeping.toldOf(task, offers, sides), kept);
    });
    return notice.byteLength;
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
