import { performance } from 'node:perf_hooks';
import { ProblemError } from '../../../client/problem-error.js';
import { type KeptStrip, keptStrips, roomForStrips } from '../../compute/kept-strips.js';
import type { StripSource, TileJob, TilesBefore } from '../../compute/tile-executor.js';
import { regionBytes } from '../../geometry/plan-cost.js';
import { containsRegion, isEmptyRegion, type Region, wholeMap } from '../../geometry/region.js';
import { cutTile, type Strip, type TileCut } from '../../geometry/reuse/tile-cut.js';
import { type OffersToTile, withoutRegions } from '../../geometry/reuse/tile-offer.js';
import { CALLS } from '../../node/contract/calls.js';
import { requireTensor } from '../../node/wire/task-body.js';
import { formatRegion } from '../../node/wire/wire-facts.js';
import { NO_REUSE, type Reuse } from '../../scheduling/reuse/tile-reuse.js';
import {
  knownOffers,
  placeOf,
  sidesToKeep,
  stripsToFetch,
  type TileStartParts,
  type TileUnderWay,
} from '../../scheduling/reuse/tile-start.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import { cropRegion } from '../../tensor/planes.js';
import { decodeSafetensors } from '../../tensor/safetensors.js';
import type { EdgeDevice } from '../device/edge-device.js';
import type { DeviceFrames } from '../frames/device-frames.js';
import type { DeviceOverlap } from './device-overlap.js';
import type { EdgeTask } from './edge-task.js';
import { type FetchedStrips, NOTHING_FETCHED, StripFetcher } from './strip-fetcher.js';

export interface TilePreparerParts {
  readonly edge: EdgeDevice;
  readonly overlap: DeviceOverlap;
  readonly frames: DeviceFrames;
}

export type Preparation =
  | ({ readonly kind: 'ready'; readonly overlapBytes: number } & RunningTile)
  /** Its frame has ended. */
  | { readonly kind: 'ended' }
  /** What it needs of the picture could not be had. */
  | { readonly kind: 'no-input' };

/** A tile that is ready to be computed, or being computed. */
export interface RunningTile extends TileUnderWay {
  readonly job: TileJob;
  /** What it keeps when it is done. */
  readonly kept: readonly KeptStrip[];
}

/**
 * Gets a tile ready at the moment its execution starts: decides anew what it can count on, first on what this device
 * has, then on what the task names as available elsewhere, as far as that is worth its way; what cannot be had within a
 * moment is computed. Strips of one task that waits are fetched ahead, while another one is computed.
 */
export class TilePreparer {
  readonly #parts: TilePreparerParts;
  readonly #fetcher: StripFetcher;
  #ahead: { readonly task: EdgeTask; readonly fetched: Promise<FetchedStrips> } | null = null;

  constructor(parts: TilePreparerParts) {
    this.#parts = parts;
    this.#fetcher = new StripFetcher(parts.edge);
    parts.frames.scopes.onEnd((frame) => this.#forget(frame));
    parts.frames.generations.onInvalidated((frame) => this.#forget(frame));
  }

  /**
   * Begins to fetch what a task that waits will need from others when the tiles before it are done.
   *
   * @param task the next one; of any other before it what was fetched is forgotten.
   */
  fetchAhead(task: EdgeTask, before: readonly RunningTile[]): void {
    if (this.#ahead?.task === task || !reuses(task)) return;
    // A task that cannot be cut is for `prepare` to tell.
    this.#ahead = { task, fetched: this.#fetchFor(task, before).catch(() => NOTHING_FETCHED) };
  }

  async #fetchFor(task: EdgeTask, before: readonly RunningTile[]): Promise<FetchedStrips> {
    const { fetched } = await this.#fetchMissing(task, knownOffers(this.#startParts, task, before), NOTHING_FETCHED);
    return fetched;
  }

  /** Its strips are of no more use. */
  #forget(frame: string): void {
    if (this.#ahead?.task.frame === frame) this.#ahead = null;
  }

  /** @param before tiles that the compute thread has, in its order: they will have been computed when this one starts. */
  async prepare(task: EdgeTask, before: readonly RunningTile[] = []): Promise<Preparation> {
    const { edge, overlap } = this.#parts;
    const { plan } = edge.wirePlan;
    const ahead = this.#ahead?.task === task ? await this.#ahead.fetched : NOTHING_FETCHED;
    this.#ahead = null;
    const known = reuses(task) ? knownOffers(this.#startParts, task, before) : NO_REUSE;
    const { offers: chosen, fetched } = await this.#fetchMissing(task, known, ahead);
    let offers = chosen;
    // Each round counts on fewer strips than the one before, until all that are left are there.
    for (;;) {
      const cut = cutTile(plan, task.tile, offers);
      const strips = cut.strips.map((strip) => ({
        strip,
        source: this.#sourceOf(task.frame, strip, { fetched, before }),
      }));
      const lost = strips.filter(({ source }) => source === null).map(({ strip }) => strip);
      if (lost.length === 0) {
        return this.#withInput(task, { cut, offers, strips: strips.map(({ source }) => source!), fetched });
      }
      offers = overlap.allSides ? {} : withoutRegions(plan, offers, lost);
    }
  }

  async #withInput(task: EdgeTask, { cut, offers, strips, fetched }: Decision): Promise<Preparation> {
    const input = await this.#inputFor(task, cut);
    if (typeof input === 'string') return { kind: input };
    const { plan } = this.#parts.edge.wirePlan;
    const { buffers } = this.#parts.overlap;
    const { frame, tile } = task;
    const keepFor = reuses(task) ? sidesToKeep(this.#startParts, frame, cut) : [];
    const keepIn = roomForStrips(plan, cut, keepFor, (bytes) => buffers.take(bytes));
    const job = { tileId: tile, offers, input, strips, keepIn };
    const kept = keptStrips(plan, cut, keepIn);
    return { kind: 'ready', frame, job, cut, keepFor, kept, overlapBytes: fetched.bytes };
  }

  get #startParts(): TileStartParts {
    const { book, policy, pool, allSides } = this.#parts.overlap;
    const { self, wirePlan } = this.#parts.edge;
    return { device: self.device, plan: wirePlan.plan, book, policy, pool, allSides };
  }

  /** Decides which offers to count on, and fetches what of them is neither here nor fetched already. */
  async #fetchMissing(task: EdgeTask, { offers, holders }: Reuse, ahead: FetchedStrips) {
    const { edge, overlap } = this.#parts;
    if (Object.keys(holders).length === 0) return { offers, fetched: ahead };
    const holderOf = (strip: Strip) => (ahead.covering(strip) ? null : (holders[strip.side]?.address ?? null));
    const inputMs = (region: Region) => this.#inputMs(task, region);
    const chosen = overlap.policy.choose({ tileId: task.tile, offers, holderOf, inputMs });
    const wanted = stripsToFetch(edge.wirePlan.plan, task.tile, chosen, holderOf);
    return { offers: chosen, fetched: ahead.with(await this.#fetcher.fetch(task, wanted)) };
  }

  /** Where a strip's values are, of those that were fetched or of this device's own; null when there are none. */
  #sourceOf(frame: string, strip: Strip, { fetched, before }: StripSources): StripSource | TilesBefore | null {
    const place = placeOf(before, frame, strip.producer);
    if (place >= 0) return before.length - place;
    const there =
      fetched.covering(strip) ?? this.#parts.overlap.pool.strip(frame, strip.producer, strip.side, strip.map);
    return there !== null && containsRegion(there.region, strip.region) ? there : null;
  }

  /** What came with the task is there; beyond that the gateway has to be asked. */
  #inputMs(task: EdgeTask, region: Region): number {
    const { edge, frames } = this.#parts;
    const { gateway, links } = edge.remote;
    if (frames.own.get(task.frame) !== undefined) return 0;
    if (task.input !== null && containsRegion(task.input.region, region)) return 0;
    const { requestMs, bytesPerMs } = links.linkTo(gateway.baseUrl);
    return requestMs + regionBytes(region, edge.wirePlan.plan.maps[0]!, 1) / bytesPerMs;
  }

  async #inputFor(task: EdgeTask, { input }: TileCut): Promise<Uint8Array | 'ended' | 'no-input'> {
    if (isEmptyRegion(input)) return new Uint8Array(0);
    const { edge, frames } = this.#parts;
    const map = edge.wirePlan.plan.maps[0]!;
    const own = frames.own.get(task.frame);
    if (own !== undefined) return cropRegion(own.data, map.channels, wholeMap(map), input);
    if (task.input === null) return 'ended';
    if (containsRegion(task.input.region, input)) {
      return cropRegion(task.input.data, map.channels, task.input.region, input);
    }
    return this.#fetchInput(task, input);
  }

  /** A strip that the task's input counted on is gone: the gateway can cut any region again. */
  async #fetchInput({ frame, tile }: EdgeTask, region: Region): Promise<Uint8Array | 'ended' | 'no-input'> {
    const { log, metrics, wirePlan } = this.#parts.edge;
    const { gateway, links } = this.#parts.edge.remote;
    const { channels } = wirePlan.plan.maps[0]!;
    const query = { region: formatRegion(region) };
    try {
      const startedMs = performance.now();
      const answer = await gateway.call(CALLS.inputRegion, { path: { frame }, query });
      links.add(gateway.baseUrl, answer.bytes.byteLength, performance.now() - startedMs);
      metrics.bytesReceived.inc({ kind: 'input' }, answer.bytes.byteLength);
      const { tensors } = decodeSafetensors(answer.bytes);
      return requireTensor('DT_TENSOR_BODY', tensors, 'input', 'U8', channels, region) as Uint8Array;
    } catch (error) {
      if (error instanceof ProblemError && error.status === 404) return 'ended';
      log.warn({ frame, tile, err: error }, 'input that a tile lacks could not be fetched');
      return 'no-input';
    }
  }
}

/** What a tile counts on, all of it there. */
interface Decision {
  readonly cut: TileCut;
  readonly offers: OffersToTile;
  readonly strips: TileJob['strips'];
  readonly fetched: FetchedStrips;
}

interface StripSources {
  readonly fetched: FetchedStrips;
  readonly before: readonly RunningTile[];
}

/** Whether a tile takes overlap from its neighbours, and keeps some for them. */
function reuses({ strategy }: EdgeTask): boolean {
  return strategyNamed(strategy).reuse === 'overlap';
}
