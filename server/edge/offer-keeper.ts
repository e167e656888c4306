import type { KeptStrip, TileJob } from '../compute/tile-executor.js';
import { cutTile } from '../geometry/tile-cut.js';
import { offersOfTile } from '../geometry/tile-offer.js';
import type { Logger } from '../node/logger.js';
import { encodeOfferNotice } from '../node/overlap-body.js';
import type { PeerClients } from '../node/peer-clients.js';
import type { WirePlan } from '../node/task-body.js';
import type { EdgeTask } from './edge-task.js';
import type { ReuseBook } from './reuse-book.js';
import type { StripPool } from './strip-pool.js';

export interface OfferKeeperParts {
  readonly device: string;
  /** Where others reach this device. */
  readonly address: () => string;
  readonly wirePlan: WirePlan;
  readonly peers: PeerClients;
  readonly book: ReuseBook;
  readonly pool: StripPool;
  readonly log: Logger;
}

const NOTICE_TIMEOUT_MS = 2_000;

/** Keeps what a finished tile offers its neighbours, and lets the frame's source know who keeps it. */
export class OfferKeeper {
  readonly #parts: OfferKeeperParts;

  constructor(parts: OfferKeeperParts) {
    this.#parts = parts;
  }

  keep(task: EdgeTask, job: TileJob, kept: readonly KeptStrip[]): void {
    const { book, device, pool, wirePlan } = this.#parts;
    const { frame, tile } = task;
    // The frame has ended while its tile was computed: nobody will ask for anything of it.
    if (task.source === device && !book.has(frame)) return;
    const cut = cutTile(wirePlan.plan, tile, job.offers);
    const offered = offersOfTile(wirePlan.plan, cut, job.keepFor);
    const offers = kept.length > 0 && pool.add(frame, tile, offered, kept) ? offered : {};
    if (book.has(frame)) book.finished(frame, tile, offers, null);
    // A tile that was pushed, or stolen from another than its source, has no way home: the source computes it as new.
    else if (task.victim?.device === task.source) {
      const notice = { device, address: this.#parts.address(), offers };
      void this.#tell(task, task.victim.address, encodeOfferNotice(notice));
    }
  }

  async #tell({ frame, tile }: EdgeTask, source: string, bytes: Uint8Array): Promise<void> {
    const { log, peers } = this.#parts;
    try {
      await peers.client(source).call('putOverlap', {
        path: { frame, tile },
        body: { mediaType: 'application/octet-stream', bytes },
        timeoutMs: NOTICE_TIMEOUT_MS,
      });
    } catch (error) {
      log.debug({ frame, tile, err: error }, 'the source could not be told what this tile offers');
    }
  }
}
