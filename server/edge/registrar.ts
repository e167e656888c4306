import type { Schemas } from '../../client/client.js';
import { ProblemError } from '../../client/problem-error.js';
import { CALLS } from '../node/contract/calls.js';
import type { DrainState } from '../node/draining.js';
import type { Logger } from '../node/observe/logger.js';
import { CANCELLED, pause } from '../node/pause.js';
import type { PeerClient } from '../node/peers/peer-client.js';
import { PROTOCOL_VERSION } from '../node/wire/plan-digest.js';
import type { EdgeBoard } from './tasks/edge-board.js';

type Registration = Schemas['DeviceRegistration'];

export interface RegistrarParts {
  readonly gateway: PeerClient;
  readonly board: EdgeBoard;
  readonly identity: () => Pick<Registration, 'device' | 'address' | 'model' | 'plan' | 'engine'>;
  /** Frames of which strips are kept. */
  readonly keptFrames: () => readonly string[];
  readonly drainState: () => DrainState;
  readonly counters: () => Schemas['DeviceCounters'];
  readonly heartbeatMs: number;
  /** Frames that have ended, as far as the gateway was asked about them. */
  readonly onEnded: (frames: readonly string[]) => void;
  /** A frame has begun anew: it counts from this attempt on. */
  readonly onSuperseded: (frame: string, generation: number) => void;
  /** The gateway takes this device for the first time, or again after it did not. */
  readonly onTaken: () => void;
  /** A registration was taken, or was not. */
  readonly onTried: () => void;
  readonly log: Logger;
}

/** A refused device asks again: somebody may have mended the gateway's configuration. */
const REFUSED_PAUSE_MS = 5_000;

/** Announces this device to the gateway: as a heartbeat, and at once when its queue fills or runs empty. */
export class Registrar {
  readonly #parts: RegistrarParts;
  readonly #stop = new AbortController();
  readonly #startedAt = Date.now();
  #number = 0;
  #epoch: string | null = null;
  #announcedPending: number | null = null;
  #lastProblem: string | null = null;
  #told = 0;
  #wake = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(parts: RegistrarParts) {
    this.#parts = parts;
  }

  /** The gateway's epoch as of the last accepted registration; null until one was. */
  get epoch(): string | null {
    return this.#epoch;
  }

  /** When this process started, epoch ms: by that the gateway tells it from another one with the same id. */
  get startedAt(): number {
    return this.#startedAt;
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

  start(): void {
    this.#parts.board.onChange(({ pending }) => {
      if (this.#announcedPending !== null && this.#announcedPending > 0 !== pending > 0) this.announce();
    });
    this.#loop = this.#beat();
  }

  /**
   * Registers now, not only at the next heartbeat.
   *
   * @returns the number of the first registration that tells of the present.
   */
  announce(): number {
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
      const refused = await this.#try();
      this.#parts.onTried();
      // What changed while the request was under way has been noticed: `announce` aborts the pause.
      await pause(refused ? REFUSED_PAUSE_MS : heartbeatMs, this.#wake.signal);
    }
  }

  /** @returns true when the gateway refuses this device. */
  async #try(): Promise<boolean> {
    try {
      await this.#register(false);
      if (this.#lastProblem !== null) {
        this.#parts.log.info('the gateway takes this device again');
        this.#parts.onTaken();
      }
      this.#lastProblem = null;
      return false;
    } catch (error) {
      if (this.#stop.signal.aborted) return false;
      const refused = error instanceof ProblemError && error.status >= 400 && error.status < 500;
      const problem = refused
        ? `the gateway refuses this device: ${error.message}`
        : `no gateway at ${this.#parts.gateway.baseUrl}: ${(error as Error).message}`;
      if (problem !== this.#lastProblem) this.#parts.log[refused ? 'error' : 'warn'](problem);
      this.#lastProblem = problem;
      return refused;
    }
  }

  async #register(leaving: boolean): Promise<void> {
    const { board, counters, drainState, gateway, identity, keptFrames, log, onEnded } = this.#parts;
    const handedOut = [...board.handedOut];
    const returned = [...board.returned];
    const drain = drainState();
    const pending = board.pending;
    const number = ++this.#number;
    this.#announcedPending = pending;
    const answer = await gateway.call(leaving ? CALLS.leave : CALLS.register, {
      json: {
        kind: 'device',
        ...identity(),
        startedAt: this.#startedAt,
        number,
        protocol: PROTOCOL_VERSION,
        pending,
        leaving,
        ...(drain === 'serving' ? {} : { drain }),
        tasks: [...board.listed()],
        handedOut,
        returned: returned.map(({ frame, tile, generation, attempt }) => ({ frame, tile, generation, attempt })),
        kept: [...keptFrames()],
        counters: counters(),
      },
      ...(!leaving && { signal: this.#stop.signal }),
    });
    board.reported(handedOut, returned);
    this.#told = number;
    const { epoch, ended, superseded = [] } = answer.json!;
    if (this.#epoch !== epoch) {
      log.info({ epoch }, this.#epoch === null ? 'registered with the gateway' : 'the gateway has restarted');
      this.#epoch = epoch;
    }
    if (ended.length > 0) onEnded(ended);
    for (const { frame, generation } of superseded) this.#parts.onSuperseded(frame, generation);
  }
}
