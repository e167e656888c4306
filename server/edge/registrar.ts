import type { Schemas } from '../../client/client.js';
import { ProblemError } from '../../client/problem-error.js';
import { ConditionWaiters } from '../node/condition-waiters.js';
import { CALLS } from '../node/contract/calls.js';
import type { DrainState } from '../node/draining.js';
import { CANCELLED, pause } from '../node/pause.js';
import { PROTOCOL_VERSION } from '../node/wire/plan-digest.js';
import type { EdgeDevice } from './device/edge-device.js';
import type { EdgeStatus } from './edge-status.js';
import type { DeviceFrames } from './frames/device-frames.js';
import type { EdgeBoard } from './tasks/edge-board.js';

export interface RegistrarParts {
  readonly edge: EdgeDevice;
  readonly status: EdgeStatus;
  readonly board: EdgeBoard;
  /** Every task that the device has. */
  readonly listed: () => Schemas['DeviceRegistration']['tasks'];
  readonly frames: DeviceFrames;
  readonly heartbeatMs: number;
}

/** A refused device asks again: somebody may have fixed the gateway's configuration. */
const REFUSED_PAUSE_MS = 5_000;

/** Announces this device to the gateway: as a heartbeat, and at once when its queue fills or runs empty, or when it gives a task back. */
export class Registrar {
  readonly #parts: RegistrarParts;
  readonly #stop = new AbortController();
  /** When this process started, epoch ms: by that the gateway tells it from another one with the same id. */
  readonly startedAt = Date.now();
  #number = 0;
  #epoch: string | null = null;
  #announcedPending: number | null = null;
  #lastProblem: string | null = null;
  #told = 0;
  #drain: DrainState = 'serving';
  readonly #listeners: ((isTakenAgain: boolean) => void)[] = [];
  #wake = new AbortController();
  #loop: Promise<void> = Promise.resolve();
  /** Pictures that wait until the gateway takes this device. */
  readonly waiting = new ConditionWaiters();

  constructor(parts: RegistrarParts) {
    this.#parts = parts;
  }

  /** The gateway's epoch as of the last accepted registration; null until one was. */
  get epoch(): string | null {
    return this.#epoch;
  }

  /** Why the gateway does not take this device; null when it does. */
  get problem(): string | null {
    return this.#lastProblem;
  }

  /** Whether the gateway takes this device now. */
  get isTaken(): boolean {
    return this.#epoch !== null && this.#lastProblem === null;
  }

  /** The number of the latest registration that the gateway has taken; 0 before the first. */
  get told(): number {
    return this.#told;
  }

  /** @param listener called after each registration, taken or not; told whether it is the first one taken after others were not. */
  onTried(listener: (isTakenAgain: boolean) => void): void {
    this.#listeners.push(listener);
  }

  start(): void {
    this.#parts.board.onChange(({ kind, pending }) => {
      if (kind === 'returned') this.announce();
      if (this.#announcedPending !== null && this.#announcedPending > 0 !== pending > 0) this.announce();
    });
    this.#loop = this.#beat();
  }

  /**
   * Registers now, not only at the next heartbeat.
   *
   * @param drain what the device says of its drain from now on; the same as before when not given.
   * @returns the number of the first registration that tells of the present.
   */
  announce(drain = this.#drain): number {
    this.#drain = drain;
    this.#wake.abort(CANCELLED);
    return this.#number + 1;
  }

  /** Tells the gateway that this device leaves, if that works at once. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake.abort(CANCELLED);
    await this.#loop;
    if (this.#epoch !== null) await this.#register(true).catch(() => {});
  }

  async #beat(): Promise<void> {
    const { heartbeatMs } = this.#parts;
    while (!this.#stop.signal.aborted) {
      this.#wake = new AbortController();
      const problem = this.#lastProblem;
      const refused = await this.#try();
      for (const listener of this.#listeners) listener(problem !== null && this.isTaken);
      this.waiting.look();
      // What changed while the request was under way has been noticed: `announce` aborts the pause.
      await pause(refused ? REFUSED_PAUSE_MS : heartbeatMs, this.#wake.signal);
    }
  }

  /** @returns true when the gateway refuses this device. */
  async #try(): Promise<boolean> {
    const { log, remote } = this.#parts.edge;
    try {
      await this.#register(false);
      if (this.#lastProblem !== null) log.info('the gateway takes this device again');
      this.#lastProblem = null;
      return false;
    } catch (error) {
      if (this.#stop.signal.aborted) return false;
      const refused = error instanceof ProblemError && error.status >= 400 && error.status < 500;
      const problem = refused
        ? `the gateway refuses this device: ${error.message}`
        : `no gateway at ${remote.gateway.baseUrl}: ${(error as Error).message}`;
      if (problem !== this.#lastProblem) log[refused ? 'error' : 'warn'](problem);
      this.#lastProblem = problem;
      return refused;
    }
  }

  async #register(leaving: boolean): Promise<void> {
    const { board, edge, frames, listed, status } = this.#parts;
    const handedOut = [...board.handedOut];
    const returned = [...board.returned];
    const drain = this.#drain;
    const pending = board.pending;
    const number = ++this.#number;
    this.#announcedPending = pending;
    const answer = await edge.remote.gateway.call(leaving ? CALLS.leave : CALLS.register, {
      json: {
        kind: 'device',
        ...status.identity(),
        startedAt: this.startedAt,
        number,
        protocol: PROTOCOL_VERSION,
        pending,
        leaving,
        ...(drain === 'serving' ? {} : { drain }),
        tasks: listed(),
        handedOut,
        returned: returned.map(({ frame, tile, generation, attempt }) => ({ frame, tile, generation, attempt })),
        kept: [...frames.scopes.kept],
        counters: status.counters(),
      },
      ...(!leaving && { signal: this.#stop.signal }),
    });
    board.reported(handedOut, returned);
    this.#told = number;
    const { epoch, ended, invalidated = [] } = answer.json!;
    if (this.#epoch !== epoch) {
      edge.log.info({ epoch }, this.#epoch === null ? 'registered with the gateway' : 'the gateway has restarted');
      this.#epoch = epoch;
    }
    for (const frame of ended) {
      if (frames.own.get(frame) !== undefined) frames.outcomes.ended(frame);
      frames.scopes.end(frame);
    }
    for (const { attempt, frame, generation } of invalidated)
      frames.generations.invalidateBefore(frame, generation, attempt);
  }
}
