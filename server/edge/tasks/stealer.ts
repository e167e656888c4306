import { performance } from 'node:perf_hooks';
import { CALLS } from '../../node/contract/calls.js';
import { CANCELLED, pause } from '../../node/pause.js';
import { backoffMs } from '../../node/peers/backoff.js';
import { decodeTaskBody } from '../../node/wire/task-body.js';
import { type StealEffect, Stealing, type VictimQuestion } from '../../scheduling/device/stealing.js';
import type { Holder } from '../../scheduling/reuse/tile-reuse.js';
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

const RETRY = { firstMs: 100, mostMs: 5_000 };

/** Asks the gateway for victims and victims for tasks, when `Stealing` says so. */
export class Stealer {
  readonly #parts: StealerParts;
  readonly #stealing: Stealing;
  readonly #stop = new AbortController();
  /** Aborted when own work arrives while the gateway holds the request for a victim. */
  #poll = new AbortController();
  /** Aborted to end a pause after failures. */
  #pause = new AbortController();
  /** The request or the pause that is under way. */
  #underWay: Promise<void> = Promise.resolve();
  /** Bodies of the question that named the present victim, and of its answer. */
  #controlBytes = 0;
  #tilesStolen = 0;

  constructor(parts: StealerParts) {
    this.#parts = parts;
    const { board, edge, pollMs, prefetch, waitMs } = parts;
    const { suspendedUntilMs } = edge.remote.peers;
    const retryMs = (failures: number) => backoffMs(RETRY, failures, Math.random());
    const rules = { board, prefetch, waitMs, pollMs, firstSequence: Date.now(), retryMs, suspendedUntilMs };
    this.#stealing = new Stealing(rules, (effect) => this.#carryOut(effect));
  }

  get tilesStolen(): number {
    return this.#tilesStolen;
  }

  start(): void {
    this.#parts.board.onChange(() => this.#stealing.look(performance.now()));
    this.#stealing.look(performance.now());
  }

  /** The gateway takes this device (again): no reason to wait any longer after what failed before. */
  retryNow(): void {
    this.#pause.abort(CANCELLED);
  }

  /** Steals no more; resolves when no task is on its way here any more. */
  async pause(): Promise<void> {
    this.#stealing.pause();
    while (this.#stealing.isAsking) await this.#underWay;
  }

  resume(): void {
    this.#stealing.resume(performance.now());
  }

  /** Steals nothing while the device has other work. */
  hold(): void {
    this.#stealing.hold();
  }

  release(): void {
    this.#stealing.release(performance.now());
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#pause.abort(CANCELLED);
    await this.pause();
  }

  #carryOut(effect: StealEffect): void {
    if (effect.kind === 'hang-up') this.#poll.abort(CANCELLED);
    else this.#underWay = this.#answer(effect);
  }

  /** Tells `Stealing` how an effect ended. */
  async #answer(effect: Exclude<StealEffect, { kind: 'hang-up' }>): Promise<void> {
    try {
      switch (effect.kind) {
        case 'ask-victim': {
          const victim = await this.#askForVictim(effect.question);
          return this.#stealing.victimNamed(victim, performance.now());
        }
        case 'ask-task': {
          const isThere = await this.#askForTask(effect.victim, effect.sequence);
          return this.#stealing.taskCame(isThere, performance.now());
        }
        case 'steal-later':
          this.#pause = new AbortController();
          if (!this.#stop.signal.aborted) await pause(effect.ms, this.#pause.signal);
          return this.#stealing.due(performance.now());
      }
    } catch (error) {
      const { log, metrics } = this.#parts.edge;
      if (!this.#stop.signal.aborted) {
        metrics.retries.inc({ what: 'steal' });
        log.debug({ err: error }, 'stealing failed');
      }
      this.#stealing.failed();
    }
  }

  async #askForVictim({ avoid, sequence, waitMs: heldMs }: VictimQuestion): Promise<Holder | null> {
    const { edge } = this.#parts;
    this.#poll = new AbortController();
    const { signal } = this.#poll;
    try {
      const json = { ...this.#request(sequence), waitMs: heldMs, ...(avoid.length > 0 && { avoid: [...avoid] }) };
      const answer = await edge.remote.gateway.call(CALLS.victim, { json, signal, heldMs });
      if (answer.json === undefined) return null;
      this.#controlBytes = jsonBytes(json) + answer.bytes.byteLength;
      return answer.json.victim;
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    }
  }

  /** @returns false when there was none left. */
  async #askForTask(victim: Holder, sequence: number): Promise<boolean> {
    const { board, edge, generations } = this.#parts;
    const { log, metrics, remote, self, wirePlan } = edge;
    const startedMs = performance.now();
    const json = this.#request(sequence);
    const { signal } = this.#stop;
    const answer = await remote.peers.client(victim.address).call(CALLS.task, { json, signal });
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
    const controlBytes = this.#controlBytes + jsonBytes(json);
    const way = { inputBytes: bytes.byteLength, controlBytes, transferMs, arrivedMs, victim };
    const task: EdgeTask = { kind: 'tile', ...body, ...way };
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
  #request(sequence: number) {
    return { thief: this.#parts.edge.self.device, sequence };
  }
}

function jsonBytes(document: object): number {
  return Buffer.byteLength(JSON.stringify(document));
}
