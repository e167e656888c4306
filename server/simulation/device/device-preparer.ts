import { regionBytes } from '../../geometry/plan-cost.js';
import { containsRegion, isEmptyRegion, type Region } from '../../geometry/region.js';
import { cutTile, type Strip, type TileCut } from '../../geometry/reuse/tile-cut.js';
import { withoutRegions } from '../../geometry/reuse/tile-offer.js';
import {
  type Circuit,
  CLOSED_CIRCUIT,
  circuitFailed,
  circuitSucceeded,
  tryCircuit,
} from '../../scheduling/policy/circuit-breaker.js';
import { NO_REUSE, type Reuse } from '../../scheduling/reuse/tile-reuse.js';
import {
  knownOffers,
  placeOf,
  sidesToKeep,
  stripsToFetch,
  type TileUnderWay,
} from '../../scheduling/reuse/tile-start.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import { Latch, type Process, wait } from '../machine/kernel.js';
import { answer } from '../world.js';
import type { DeviceParts } from './device-parts.js';
import type { TileTask } from './device-tasks.js';

/** Regions that came for one tile, by the side and map that they are for, and the bodies that brought them. */
interface Fetched {
  readonly regions: ReadonlyMap<string, Region>;
  readonly bytes: number;
}

const NOTHING: Fetched = { regions: new Map(), bytes: 0 };

const keyOf = ({ map, side }: Pick<Strip, 'side' | 'map'>) => `${side}/${map}`;

function covers({ regions }: Fetched, strip: Strip): boolean {
  const there = regions.get(keyOf(strip));
  return there !== undefined && containsRegion(there, strip.region);
}

export interface PreparedTile extends TileUnderWay {
  readonly overlapBytes: number;
}

/** Gets tiles ready: what each counts on, and the strips and the input that it lacks. See `edge/tile-preparer.ts`. */
export class DevicePreparer {
  readonly #parts: DeviceParts;
  /** Holders that did not answer in time. */
  readonly #circuits = new Map<string, Circuit>();
  #ahead: { readonly task: TileTask; readonly fetched: Latch<Fetched> } | null = null;

  constructor(parts: DeviceParts) {
    this.#parts = parts;
  }

  get #reuses(): boolean {
    return strategyNamed(this.#parts.world.settings.strategy).reuse === 'overlap';
  }

  /** Begins to fetch what the next task will need from others when those before it are done. */
  fetchAhead(task: TileTask, before: readonly TileUnderWay[]): void {
    if (this.#ahead?.task === task || !this.#reuses) return;
    const fetched = new Latch<Fetched>();
    this.#ahead = { task, fetched };
    const known = knownOffers(this.#parts.startParts, task, before);
    this.#parts.world.kernel.spawn(this.#fetchMissing(task, known, NOTHING), (got) => fetched.set(got.fetched));
  }

  /** @returns null when its frame has ended. */
  *prepare(task: TileTask, before: readonly TileUnderWay[]): Process<PreparedTile | null> {
    const { plan, overlap } = this.#parts.world.settings;
    const ahead = this.#ahead?.task === task ? yield* wait(this.#ahead.fetched.done()) : NOTHING;
    this.#ahead = null;
    const known = this.#reuses ? knownOffers(this.#parts.startParts, task, before) : NO_REUSE;
    const { offers: chosen, fetched } = yield* this.#fetchMissing(task, known, ahead);
    let offers = chosen;
    for (;;) {
      const cut = cutTile(plan, task.tile, offers);
      const lost = cut.strips.filter((strip) => !this.#isThere(task.frame, strip, fetched, before));
      if (lost.length === 0) return yield* this.#withInput(task, cut, fetched);
      offers = overlap.allSides ? {} : withoutRegions(plan, offers, lost);
    }
  }

  *#withInput(task: TileTask, cut: TileCut, fetched: Fetched): Process<PreparedTile | null> {
    const { ownFrames, startParts } = this.#parts;
    const { frame, input } = task;
    if (!isEmptyRegion(cut.input) && !ownFrames.has(frame)) {
      if (input === null) return null;
      if (!containsRegion(input, cut.input) && !(yield* this.#fetchInput(frame, cut.input))) return null;
    }
    const keepFor = this.#reuses ? sidesToKeep(startParts, frame, cut) : [];
    return { frame, cut, keepFor, overlapBytes: fetched.bytes };
  }

  *#fetchInput(frame: string, region: Region): Process<boolean> {
    const { host, links, world } = this.#parts;
    const { gateway, kernel, settings, wire } = world;
    const startedMs = kernel.nowMs;
    const bytes = settings.sizes.picture(frame, region);
    const there = yield* wire.request(host, gateway, 0, () => answer(bytes, gateway.has(frame)));
    links.add(gateway.address, bytes, kernel.nowMs - startedMs);
    return there;
  }

  *#fetchMissing(task: TileTask, { offers, holders }: Reuse, ahead: Fetched) {
    const { policy, world } = this.#parts;
    const { kernel, settings } = world;
    if (Object.keys(holders).length === 0) return { offers, fetched: ahead };
    const holderOf = (strip: Strip) => (covers(ahead, strip) ? null : (holders[strip.side]?.address ?? null));
    const inputMs = (region: Region) => this.#inputMs(task, region);
    const chosen = policy.choose({ tileId: task.tile, offers, holderOf, inputMs });
    const wanted = stripsToFetch(settings.plan, task.tile, chosen, holderOf);
    const asked = [...wanted].map(([address, strips]) => this.#ask(task.frame, address, strips));
    const came = yield* wait(kernel.all(asked));
    const regions = new Map([...ahead.regions, ...came.flatMap((fetched) => [...fetched.regions])]);
    const bytes = came.reduce((sum, fetched) => sum + fetched.bytes, ahead.bytes);
    return { offers: chosen, fetched: { regions, bytes } };
  }

  *#ask(frame: string, address: string, strips: readonly Strip[]): Process<Fetched> {
    const { host, links, world } = this.#parts;
    const { kernel, settings, wire } = world;
    const startedMs = kernel.nowMs;
    const { circuit, isAllowed } = tryCircuit(this.#circuits.get(address) ?? CLOSED_CIRCUIT, startedMs);
    this.#circuits.set(address, circuit);
    if (!isAllowed) return NOTHING;
    const holder = world.at(address);
    const request = wire.request(host, holder, 0, () => holder.giveStrips(frame, strips));
    const there = yield* wait(kernel.within(settings.strips.timeoutMs, request));
    if (there === null) {
      this.#circuits.set(address, circuitFailed(circuit, settings.strips.circuit, kernel.nowMs, world.random()));
      return NOTHING;
    }
    this.#circuits.set(address, circuitSucceeded());
    const missing = strips.filter((strip) => !there.includes(strip));
    const bytes = settings.sizes.strips(there, missing);
    links.add(address, bytes, kernel.nowMs - startedMs);
    return { regions: new Map(there.map((strip) => [keyOf(strip), strip.region])), bytes };
  }

  #isThere(frame: string, strip: Strip, fetched: Fetched, before: readonly TileUnderWay[]): boolean {
    if (placeOf(before, frame, strip.producer) >= 0) return true;
    const { map, producer, region, side } = strip;
    return covers(fetched, strip) || this.#parts.pool.has(frame, producer, side, map, region);
  }

  /** What came with the task is there; beyond that the gateway has to be asked. */
  #inputMs({ frame, input }: TileTask, region: Region): number {
    const { links, ownFrames, world } = this.#parts;
    if (ownFrames.has(frame) || (input !== null && containsRegion(input, region))) return 0;
    const { requestMs, bytesPerMs } = links.linkTo(world.gateway.address);
    return requestMs + regionBytes(region, world.settings.plan.maps[0]!, 1) / bytesPerMs;
  }
}
