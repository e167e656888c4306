import type { DeepThingsClient } from '../../client/client.js';
import type { TileJob } from '../compute/tile-executor.js';
import { neighbourAt, oppositeSide, SIDES, type Side } from '../geometry/neighbours.js';
import { containsRegion, isEmptyRegion, type Region, wholeMap } from '../geometry/region.js';
import { cutTile, type Strip, stripsOf, type TileCut } from '../geometry/tile-cut.js';
import { type OffersToTile, type TileOffer, withoutRegions } from '../geometry/tile-offer.js';
import type { Logger } from '../node/logger.js';
import type { NodeMetrics } from '../node/metrics.js';
import { decodeStrips, formatMapRegion } from '../node/overlap-body.js';
import type { PeerClients } from '../node/peer-clients.js';
import { requireTensor, type WirePlan } from '../node/task-body.js';
import { type Holder, NO_REUSE } from '../node/tile-reuse.js';
import { formatRegion } from '../node/wire-facts.js';
import { cropRegion } from '../tensor/planes.js';
import { decodeSafetensors } from '../tensor/safetensors.js';
import type { EdgeTask } from './edge-task.js';
import type { OwnFrames } from './own-frames.js';
import type { ReuseBook } from './reuse-book.js';
import type { StripPool } from './strip-pool.js';

export interface TilePreparerParts {
  readonly wirePlan: WirePlan;
  readonly gateway: DeepThingsClient;
  readonly peers: PeerClients;
  readonly ownFrames: OwnFrames;
  readonly book: ReuseBook;
  readonly pool: StripPool;
  /** False: tiles run whole, and nothing is kept (strategies without reuse). */
  readonly reuse: boolean;
  readonly metrics: NodeMetrics;
  readonly log: Logger;
}

/** A tile that is ready to be run, and what it took to get its strips. */
export interface PreparedTile {
  readonly job: TileJob;
  readonly overlapBytes: number;
}

const FETCH_TIMEOUT_MS = 2_000;

/**
 * Gets a tile ready at the moment its execution starts: decides anew what it can count on, first on what this device
 * has, then on what the task names as available elsewhere; what cannot be had is computed, never waited for.
 */
export class TilePreparer {
  readonly #parts: TilePreparerParts;

  constructor(parts: TilePreparerParts) {
    this.#parts = parts;
  }

  /** @returns null when the frame has ended, or its input is not to be had. */
  async prepare(task: EdgeTask): Promise<PreparedTile | null> {
    const { plan } = this.#parts.wirePlan;
    const known = this.#parts.reuse ? this.#knownOffers(task) : NO_REUSE;
    const fetched = await this.#fetchStrips(task, known.offers, known.holders);
    const offers = withoutRegions(known.offers, fetched.lost);
    const cut = cutTile(plan, task.tile, offers);
    const input = await this.#inputFor(task, cut);
    if (input === null) return null;
    const strips = stripsOf(cut).map((strip) => this.#stripValues(task.frame, strip, fetched.values));
    if (strips.includes(null)) return this.#whole(task);
    const keepFor = this.#parts.reuse ? this.#openSides(task) : [];
    const job = { tileId: task.tile, offers, input, strips: strips as Float32Array[], keepFor };
    return { job, overlapBytes: fetched.bytes };
  }

  /** A strip was dropped between the decision and now. */
  async #whole(task: EdgeTask): Promise<PreparedTile | null> {
    const cut = cutTile(this.#parts.wirePlan.plan, task.tile);
    const input = await this.#inputFor(task, cut);
    if (input === null) return null;
    return {
      job: { tileId: task.tile, offers: {}, input, strips: [], keepFor: this.#openSides(task) },
      overlapBytes: 0,
    };
  }

  #openSides(task: EdgeTask): readonly Side[] {
    return this.#parts.book.has(task.frame) ? this.#parts.book.openSides(task.frame, task.tile) : SIDES;
  }

  #knownOffers({ frame, tile, reuse }: EdgeTask): { offers: OffersToTile; holders: Partial<Record<Side, Holder>> } {
    const { book, pool, wirePlan } = this.#parts;
    const named = book.has(frame) ? book.reuseFor(frame, tile) : reuse;
    const offers: Partial<Record<Side, TileOffer>> = { ...named.offers };
    const holders: Partial<Record<Side, Holder>> = { ...named.holders };
    for (const side of SIDES) {
      const producer = neighbourAt(wirePlan.plan.grid, tile, side);
      const own = producer === null ? undefined : pool.offersOf(frame, producer)?.[oppositeSide(side)];
      if (own !== undefined) {
        offers[side] = own;
        delete holders[side];
      } else if (offers[side] !== undefined && holders[side] === undefined) delete offers[side];
    }
    return { offers, holders };
  }

  /** Asks each holder once for everything that the cut would take from it. */
  async #fetchStrips(task: EdgeTask, offers: OffersToTile, holders: Partial<Record<Side, Holder>>) {
    const values = new Map<string, Float32Array>();
    const lost: { side: Side; segment: number }[] = [];
    let bytes = 0;
    const remote = stripsOf(cutTile(this.#parts.wirePlan.plan, task.tile, offers)).filter(({ side }) => holders[side]);
    const byAddress = new Map<string, Strip[]>();
    for (const strip of remote) {
      const { address } = holders[strip.side]!;
      byAddress.set(address, [...(byAddress.get(address) ?? []), strip]);
    }
    await Promise.all(
      [...byAddress].map(async ([address, strips]) => {
        const answer = await this.#ask(task, address, strips);
        bytes += answer?.bytes ?? 0;
        for (const strip of strips) {
          const data = answer?.strips.get(formatMapRegion(strip));
          if (data === undefined) lost.push({ side: strip.side, segment: strip.segment });
          else values.set(formatMapRegion(strip), data);
        }
      }),
    );
    return { values, lost, bytes };
  }

  async #ask({ frame, tile }: EdgeTask, address: string, strips: readonly Strip[]) {
    const { log, metrics, peers, wirePlan } = this.#parts;
    try {
      const regions = strips.map(formatMapRegion).join(';');
      const answer = await peers
        .client(address)
        .call('getOverlap', { path: { frame, tile }, query: { regions }, timeoutMs: FETCH_TIMEOUT_MS });
      metrics.bytesReceived.inc({ kind: 'overlap' }, answer.bytes.byteLength);
      return { bytes: answer.bytes.byteLength, strips: decodeStrips(wirePlan.plan, answer.bytes, strips) };
    } catch (error) {
      log.debug({ frame, tile, address, err: error }, 'strips could not be fetched: computing them');
      return null;
    }
  }

  #stripValues(frame: string, strip: Strip, fetched: ReadonlyMap<string, Float32Array>): Float32Array | null {
    const got = fetched.get(formatMapRegion(strip));
    if (got !== undefined) return got;
    const pooled = this.#parts.pool.strip(frame, strip.producer, strip.side, strip.segment);
    if (pooled === null) return null;
    const { channels } = this.#parts.wirePlan.plan.maps[strip.map]!;
    return cropRegion(pooled.data, channels, pooled.region, strip.region);
  }

  async #inputFor(task: EdgeTask, { input }: TileCut): Promise<Uint8Array | null> {
    if (isEmptyRegion(input)) return new Uint8Array(0);
    const { plan } = this.#parts.wirePlan;
    const map = plan.maps[0]!;
    const own = this.#parts.ownFrames.get(task.frame);
    if (own !== undefined) return cropRegion(own.data, map.channels, wholeMap(map), input);
    if (task.input === null) return null;
    if (containsRegion(task.input.region, input)) {
      return cropRegion(task.input.data, map.channels, task.input.region, input);
    }
    return this.#fetchInput(task, input);
  }

  /** A strip that the task's input counted on is gone: the gateway can cut any region again. */
  async #fetchInput({ frame, tile }: EdgeTask, region: Region): Promise<Uint8Array | null> {
    const { gateway, log, metrics, wirePlan } = this.#parts;
    try {
      const answer = await gateway.call('getFrameInput', {
        path: { frame },
        query: { region: formatRegion(region) },
        timeoutMs: FETCH_TIMEOUT_MS,
      });
      metrics.bytesReceived.inc({ kind: 'input' }, answer.bytes.byteLength);
      const { tensors } = decodeSafetensors(answer.bytes);
      const { channels } = wirePlan.plan.maps[0]!;
      return requireTensor('DT_TENSOR_BODY', tensors, 'input', 'U8', channels, region) as Uint8Array;
    } catch (error) {
      log.warn({ frame, tile, err: error }, 'input that a tile lacks could not be fetched');
      return null;
    }
  }
}
