import { performance } from 'node:perf_hooks';
import type { DeepThingsClient } from '../../client/client.js';
import { ProblemError } from '../../client/problem-error.js';
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
import { type Holder, NO_REUSE, type Reuse } from '../node/tile-reuse.js';
import { formatRegion } from '../node/wire-facts.js';
import { cropRegion } from '../tensor/planes.js';
import { decodeSafetensors } from '../tensor/safetensors.js';
import type { EdgeTask } from './edge-task.js';
import type { OwnFrames } from './own-frames.js';
import type { ReuseBook } from './reuse-book.js';
import type { PooledStrip, StripPool } from './strip-pool.js';

export interface TilePreparerParts {
  readonly wirePlan: WirePlan;
  readonly gateway: DeepThingsClient;
  readonly peers: PeerClients;
  readonly ownFrames: OwnFrames;
  readonly book: ReuseBook;
  readonly pool: StripPool;
  readonly metrics: NodeMetrics;
  readonly log: Logger;
}

export type Preparation =
  | { readonly kind: 'ready'; readonly job: TileJob; readonly overlapBytes: number }
  /** Its frame has ended. */
  | { readonly kind: 'ended' }
  /** What it needs of the picture could not be had. */
  | { readonly kind: 'no-input' };

/** What comes later than this is computed instead. */
const STRIP_TIMEOUT_MS = 500;
/** A holder that did not answer is not asked again for this long. */
const SILENCE_MS = 10_000;
const INPUT_TIMEOUT_MS = 2_000;
const INPUT_TRIES = 2;

/**
 * Gets a tile ready at the moment its execution starts: decides anew what it can count on, first on what this device
 * has, then on what the task names as available elsewhere; what cannot be had within a moment is computed.
 */
export class TilePreparer {
  readonly #parts: TilePreparerParts;
  /** Holders that did not answer, until when they are left alone; no more than there are devices. */
  readonly #silentUntilMs = new Map<string, number>();

  constructor(parts: TilePreparerParts) {
    this.#parts = parts;
  }

  async prepare(task: EdgeTask): Promise<Preparation> {
    const { plan } = this.#parts.wirePlan;
    const known = reuses(task) ? this.#knownOffers(task) : NO_REUSE;
    const fetched = await this.#fetchStrips(task, known);
    let offers = known.offers;
    // Each round counts on fewer strips than the one before, until all that are left are there.
    for (;;) {
      const cut = cutTile(plan, task.tile, offers);
      const strips = stripsOf(cut).map((strip) => ({ strip, data: this.#stripValues(task.frame, strip, fetched) }));
      const lost = strips.filter(({ data }) => data === null).map(({ strip }) => strip);
      if (lost.length === 0) {
        return this.#withInput(task, { cut, offers, strips: strips.map(({ data }) => data!), fetched });
      }
      offers = withoutRegions(offers, lost);
    }
  }

  async #withInput(task: EdgeTask, { cut, offers, strips, fetched }: Decision): Promise<Preparation> {
    const input = await this.#inputFor(task, cut);
    if (typeof input === 'string') return { kind: input };
    const keepFor = reuses(task) ? this.#openSides(task) : [];
    const job = { tileId: task.tile, offers, input, strips, keepFor };
    return { kind: 'ready', job, overlapBytes: fetched.bytes };
  }

  #openSides(task: EdgeTask): readonly Side[] {
    return this.#parts.book.has(task.frame) ? this.#parts.book.openSides(task.frame, task.tile) : SIDES;
  }

  #knownOffers({ frame, tile, reuse }: EdgeTask): Reuse {
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
  async #fetchStrips(task: EdgeTask, { offers, holders }: Reuse): Promise<FetchedStrips> {
    const byAddress = new Map<string, Strip[]>();
    for (const strip of stripsOf(cutTile(this.#parts.wirePlan.plan, task.tile, offers))) {
      const address = holders[strip.side]?.address;
      if (address !== undefined) byAddress.set(address, [...(byAddress.get(address) ?? []), strip]);
    }
    const answers = await Promise.all([...byAddress].map(([address, strips]) => this.#ask(task, address, strips)));
    const strips = new Map(answers.flatMap((answer) => [...(answer?.strips ?? [])]));
    return { strips, bytes: answers.reduce((sum, answer) => sum + (answer?.bytes ?? 0), 0) };
  }

  async #ask({ frame, tile }: EdgeTask, address: string, wanted: readonly Strip[]): Promise<FetchedStrips | null> {
    const { log, metrics, peers, wirePlan } = this.#parts;
    if ((this.#silentUntilMs.get(address) ?? 0) > performance.now()) return null;
    try {
      const regions = wanted.map(formatMapRegion).join(';');
      const answer = await peers
        .client(address)
        .call('getOverlap', { path: { frame, tile }, query: { regions }, timeoutMs: STRIP_TIMEOUT_MS });
      this.#silentUntilMs.delete(address);
      metrics.bytesReceived.inc({ kind: 'overlap' }, answer.bytes.byteLength);
      const values = decodeStrips(wirePlan.plan, answer.bytes, wanted);
      const strips = wanted.flatMap((strip): [string, PooledStrip][] => {
        const data = values.get(formatMapRegion(strip));
        return data === undefined ? [] : [[keyOf(strip), { region: strip.region, data }]];
      });
      return { strips: new Map(strips), bytes: answer.bytes.byteLength };
    } catch (error) {
      if (!(error instanceof ProblemError)) this.#silentUntilMs.set(address, performance.now() + SILENCE_MS);
      log.debug({ frame, tile, address, err: error }, 'strips could not be fetched: computing them');
      return null;
    }
  }

  /** Values of a strip, of those that were fetched or of this device's own; null when they are not there. */
  #stripValues(frame: string, strip: Strip, fetched: FetchedStrips): Float32Array | null {
    const there =
      fetched.strips.get(keyOf(strip)) ?? this.#parts.pool.strip(frame, strip.producer, strip.side, strip.segment);
    if (there === null || !containsRegion(there.region, strip.region)) return null;
    const { channels } = this.#parts.wirePlan.plan.maps[strip.map]!;
    return cropRegion(there.data, channels, there.region, strip.region);
  }

  async #inputFor(task: EdgeTask, { input }: TileCut): Promise<Uint8Array | 'ended' | 'no-input'> {
    if (isEmptyRegion(input)) return new Uint8Array(0);
    const { plan } = this.#parts.wirePlan;
    const map = plan.maps[0]!;
    const own = this.#parts.ownFrames.get(task.frame);
    if (own !== undefined) return cropRegion(own.data, map.channels, wholeMap(map), input);
    if (task.input === null) return 'ended';
    if (containsRegion(task.input.region, input)) {
      return cropRegion(task.input.data, map.channels, task.input.region, input);
    }
    return this.#fetchInput(task, input);
  }

  /** A strip that the task's input counted on is gone: the gateway can cut any region again. */
  async #fetchInput({ frame, tile }: EdgeTask, region: Region): Promise<Uint8Array | 'ended' | 'no-input'> {
    const { gateway, log, metrics, wirePlan } = this.#parts;
    const { channels } = wirePlan.plan.maps[0]!;
    const query = { region: formatRegion(region) };
    for (let tries = 1; ; tries++) {
      try {
        const answer = await gateway.call('getFrameInput', { path: { frame }, query, timeoutMs: INPUT_TIMEOUT_MS });
        metrics.bytesReceived.inc({ kind: 'input' }, answer.bytes.byteLength);
        const { tensors } = decodeSafetensors(answer.bytes);
        return requireTensor('DT_TENSOR_BODY', tensors, 'input', 'U8', channels, region) as Uint8Array;
      } catch (error) {
        if (error instanceof ProblemError && error.status === 404) return 'ended';
        log.warn({ frame, tile, err: error }, 'input that a tile lacks could not be fetched');
        if (tries >= INPUT_TRIES) return 'no-input';
      }
    }
  }
}

/** Strips that other devices sent, by the side and segment that they are for. */
interface FetchedStrips {
  readonly strips: ReadonlyMap<string, PooledStrip>;
  readonly bytes: number;
}

/** What a tile counts on, all of it there. */
interface Decision {
  readonly cut: TileCut;
  readonly offers: OffersToTile;
  readonly strips: readonly Float32Array[];
  readonly fetched: FetchedStrips;
}

/** Other strategies run tiles whole, and keep nothing. */
function reuses({ strategy }: EdgeTask): boolean {
  return strategy === 'ftp-wst-s';
}

function keyOf({ side, segment }: Strip): string {
  return `${side}/${segment}`;
}
