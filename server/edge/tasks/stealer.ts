import { performance } from 'node:perf_hooks';
import { CALLS } from '../../node/contract/calls.js';
import { CANCELLED, pause } from '../../node/pause.js';
import { backoffMs } from '../../node/peers/backoff.js';
import { decodeTaskBody } from '../../node/wire/task-body.js';
import type { EdgeDevice } from '../device/edge-device.js';
import type { FrameGenerations } from '../frames/frame-generations.js';
import type { EdgeBoard } from './edge-board.js';
import type { EdgeTask } from './edge-task.js';

export interface StealerParts {
  readonly edge: EdgeDevice;
  readonly board: EdgeBoard;
  readonly generations: FrameGenerations;
  /** Tasks fetched ahead while one is computed. */
  readonly prefetch: number;
  /** How long the gateway may hold the question for a victim; 0: it answers at once. */
  readonly waitMs: number;
  /** With `waitMs` 0: how long to sleep when there was nothing to steal. */
  readonly pollMs: number;
}

interface Victim {
  readonly device: string;
  readonly address: string;
  /** Bodies of the question and of the answer that named it. */
  readonly controlBytes: number;
}

const RETRY = { firstMs: 100, mostMs: 5_000 };
/** Of so many victims it is known whether they are suspended; the contract takes no more. */
const VICTIMS_LIMIT = 64;

/** Steals tasks while this device has none of its own (the paper's stealer thread). */
export class Stealer {
  readonly #parts: StealerParts;
  readonly #stop = new AbortController();
  /** Aborted when own work arrives while the gateway holds the request for a victim. */
  #poll = new AbortController();
  /** Aborted to end a pause after failures. */
  #pause = new AbortController();
  /** Addresses of the latest victims, by device. */
  readonly #victims = new Map<string, string>();
  #paused = false;
  /** The steal that is under way. */
  #turn: Promise<unknown> = Promise.resolve();
  #sequence = Date.now();
  #tilesStolen = 0;
  #wake: (() => void) | null = null;
  #loop: Promise<void> = Promise.resolve();

  constructor(parts: StealerParts) {
    this.#parts = parts;
  }

  get tilesStolen(): number {
    return this.#tilesStolen;
  }

  start(): void {
    this.#parts.board.onChange(({ pending }) => {
      if (pending > 0) this.#poll.abort(CANCELLED);
      this.#wake?.();
    });
    this.#loop = this.#steal();
  }

  /** The gateway takes this device (again): no reason to wait any longer after what failed before. */
  retryNow(): void {
    this.#pause.abort(CANCELLED);
  }

  /** Steals no more; resolves when no task is on its way here any more. */
  async pause(): Promise<void> {
    this.#paused = true;
    this.#poll.abort(CANCELLED);
    await this.#turn;
  }

  resume(): void {
    this.#paused = false;
    this.#wake?.();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#poll.abort(CANCELLED);
    this.#pause.abort(CANCELLED);
    this.#wake?.();
    await this.#loop;
  }

  #isHungry(): boolean {
    const { board, prefetch } = this.#parts;
    if (this.#paused || board.pending > 0) return false;
    return board.stolen < prefetch || board.isIdle;
  }

  async #hunger(): Promise<void> {
    while (!this.#stop.signal.aborted && !this.#isHungry()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
  }

  async #steal(): Promise<void> {
    const { edge, pollMs, waitMs } = this.#parts;
    const { signal } = this.#stop;
    let failures = 0;
    for (;;) {
      await this.#hunger();
      if (signal.aborted) return;
      try {
        const stealing = this.#stealOnce();
        this.#turn = stealing.catch(() => {});
        const stolen = await stealing;
        failures = 0;
        if (!stolen && waitMs === 0) await this.#sleep(pollMs);
      } catch (error) {
        if (signal.aborted) return;
        failures++;
        edge.metrics.retries.inc({ what: 'steal' });
        edge.log.debug({ err: error, failures }, 'stealing failed');
        await this.#sleep(backoffMs(RETRY, failures, Math.random()));
      }
    }
  }

  /** @returns false when there was nothing to steal. */
  async #stealOnce(): Promise<boolean> {
    const victim = await this.#askForVictim();
    return victim !== null && !this.#paused && (await this.#askForTask(victim));
  }

  async #sleep(ms: number): Promise<void> {
    this.#pause = new AbortController();
    await pause(ms, this.#pause.signal);
  }

  async #askForVictim(): Promise<Victim | null> {
    const { board, edge, waitMs } = this.#parts;
    this.#sequence++;
    this.#poll = new AbortController();
    const { signal } = this.#poll;
    if (this.#stop.signal.aborted || this.#paused || board.pending > 0) return null;
    try {
      const { avoid, soonestMs } = this.#suspended();
      const heldMs = Math.ceil(Math.min(waitMs, soonestMs));
      const json = { ...this.#question(), waitMs: heldMs, ...(avoid.length > 0 && { avoid }) };
      const answer = await edge.remote.gateway.call(CALLS.victim, { json, signal, heldMs });
      if (answer.json === undefined) return null;
      const { victim } = answer.json;
      this.#remember(victim);
      return { ...victim, controlBytes: jsonBytes(json) + answer.bytes.byteLength };
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    }
  }

  /** @returns false when there was none left. */
  async #askForTask({ controlBytes, ...victim }: Victim): Promise<boolean> {
    const { board, edge, generations } = this.#parts;
    const { log, metrics, remote, self, wirePlan } = edge;
    const startedMs = performance.now();
    const { signal } = this.#stop;
    const answer = await remote.peers.client(victim.address).call(CALLS.task, { json: this.#question(), signal });
    const { bytes } = answer;
    if (answer.status === 204) {
      metrics.steals.inc({ direction: 'in vain' });
      log.debug({ victim: victim.device }, 'nothing left to steal');
      return false;
    }
    const body = decodeTaskBody(wirePlan, bytes);
    const arrivedMs = performance.now();
    const transferMs = arrivedMs - startedMs;
    remote.links.add(victim.address, bytes.byteLength, transferMs);
    const task: EdgeTask = {
      kind: 'tile',
      ...body,
      inputBytes: bytes.byteLength,
      controlBytes: controlBytes + jsonBytes(this.#question()),
      transferMs,
      arrivedMs,
      victim,
    };
    this.#tilesStolen++;
    metrics.steals.inc({ direction: 'taken' });
    metrics.bytesReceived.inc({ kind: 'input' }, bytes.byteLength);
    metrics.tileTransfer.observe(transferMs / 1000);
    const { frame, tile, attempt } = task;
    log.debug({ frame, tile, attempt, victim: victim.device, device: self.device, transferMs }, 'tile stolen');
    generations.invalidateBefore(frame, task.generation);
    // Its victim has not heard yet that the frame began anew.
    if (!generations.isPast(task)) board.addStolen(task);
    return true;
  }

  /** Asks a victim for a task: the same again as long as the number is the same. */
  #question() {
    return { thief: this.#parts.edge.self.device, sequence: this.#sequence };
  }

  #remember({ device, address }: Pick<Victim, 'device' | 'address'>): void {
    this.#victims.delete(device);
    this.#victims.set(device, address);
    if (this.#victims.size > VICTIMS_LIMIT) this.#victims.delete(this.#victims.keys().next().value!);
  }

  /** Victims that kept failing: the gateway is to name others, no longer than until one of these can be asked again. */
  #suspended(): { readonly avoid: string[]; readonly soonestMs: number } {
    const { peers } = this.#parts.edge.remote;
    const avoid: string[] = [];
    let soonestMs = Number.POSITIVE_INFINITY;
    for (const [device, address] of this.#victims) {
      const untilMs = peers.suspendedUntilMs(address);
      if (untilMs === null) continue;
      avoid.push(device);
      soonestMs = Math.min(soonestMs, Math.max(0, untilMs - performance.now()));
    }
    return { avoid, soonestMs };
  }
}

function jsonBytes(document: object): number {
  return Buffer.byteLength(JSON.stringify(document));
}
