import { withDeadline } from '../../client/deadline-signal.js';
import { type DrainState, drainingProblem, type RequestsUnderWay } from '../node/draining.js';
import type { EdgeDevice } from './device/edge-device.js';
import type { DeviceFrames } from './frames/device-frames.js';
import type { Registrar } from './registrar.js';
import type { EdgeBoard } from './tasks/edge-board.js';
import { handBackStolen } from './tasks/hand-back.js';
import type { Stealer } from './tasks/stealer.js';

export interface DrainParts {
  readonly edge: EdgeDevice;
  readonly board: EdgeBoard;
  readonly stealer: Stealer;
  readonly registrar: Registrar;
  readonly frames: DeviceFrames;
  readonly underWay: RequestsUnderWay;
}

/**
 * Takes a device out of the schedule without anything being lost: it takes nothing new, hands stolen tiles back to their
 * victims and queued ones to the gateway, finishes what it computes, and says when it has.
 */
export class Drain {
  readonly #parts: DrainParts;
  #state: DrainState = 'serving';
  /** A steal may still bring a task. */
  #stealing = false;
  /** Tiles on their way back to victims, pictures of its own that the gateway is being given. */
  #busy = 0;
  /** The registration by which the gateway hears that this drain is over. */
  #drainedBy = 0;
  /** Without a gateway there is nobody to tell, and a process that is to end does not wait for one. */
  #isEnding = false;
  #onDone: () => void = () => {};

  constructor(parts: DrainParts) {
    this.#parts = parts;
    parts.board.onChange(({ kind }) => {
      if (this.#state === 'draining' && kind === 'stolen') this.#handBackStolen();
      if (this.#state === 'draining' && kind === 'returned') parts.registrar.announce();
      this.#look();
    });
    parts.registrar.onTried(() => this.#look());
  }

  get state(): DrainState {
    return this.#state;
  }

  /** Tasks that are still to be finished or handed back. */
  get left(): number {
    const { board } = this.#parts;
    return board.size + board.returned.length;
  }

  /** @throws HttpProblem 503 `DT_DRAINING` unless the device serves. */
  requireServing(): void {
    if (this.#state !== 'serving') throw drainingProblem(`device ${this.#parts.edge.self.device}`);
  }

  begin(): void {
    if (this.#state !== 'serving') return;
    const { board, edge, registrar, stealer } = this.#parts;
    edge.log.info({ code: 'DT_DRAINING', tasks: board.size }, 'draining: nothing new is taken');
    this.#state = 'draining';
    this.#stealing = true;
    void stealer.pause().then(() => {
      this.#stealing = false;
      this.#look();
    });
    board.close();
    this.#handBackStolen();
    registrar.announce(this.#state);
  }

  resume(): void {
    if (this.#state === 'serving') return;
    const { board, edge, registrar, stealer } = this.#parts;
    edge.log.info('resumed');
    this.#state = 'serving';
    board.open();
    stealer.resume();
    registrar.announce(this.#state);
  }

  /** The device is not drained before this is over. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#busy++;
    try {
      return await work;
    } finally {
      this.#busy--;
      this.#look();
    }
  }

  /**
   * Drains the device so that its process can end.
   *
   * @returns false when something was left after so long.
   */
  async finish(timeoutMs: number): Promise<boolean> {
    const isDrained = await withDeadline(undefined, timeoutMs, async (limit) => {
      this.#isEnding = true;
      this.begin();
      const done = new Promise<void>((resolve) => {
        this.#onDone = resolve;
        limit.addEventListener('abort', () => resolve(), { once: true });
      });
      this.#look();
      await done;
      await this.#parts.underWay.none(limit);
      return !limit.aborted;
    });
    if (isDrained) return true;
    const words = `tasks were left after ${timeoutMs} ms (schedule.drain.timeoutMs): the gateway has others run them`;
    this.#parts.edge.log.warn({ tasks: this.left }, words);
    return false;
  }

  #look(): void {
    if (this.#state === 'draining' && this.#isSettled()) this.#drained();
    if (this.#state !== 'drained' || !this.#isEnding) return;
    // What it was told of an earlier drain, it was told of a device that was resumed since.
    if (this.#isAlone || this.#parts.registrar.told >= this.#drainedBy) this.#onDone();
  }

  #handBackStolen(): void {
    const { board, edge } = this.#parts;
    void this.during(handBackStolen(edge, board));
  }

  #isSettled(): boolean {
    const { board } = this.#parts;
    const isTold = this.#isAlone || board.returned.length + board.handedOut.length === 0;
    return board.isIdle && !this.#stealing && this.#busy === 0 && isTold;
  }

  #drained(): void {
    const { edge, frames, registrar } = this.#parts;
    edge.log.info('drained');
    this.#state = 'drained';
    this.#drainedBy = registrar.announce(this.#state);
    // Strips for others are among it: what they miss they compute.
    frames.scopes.endAll();
    frames.outcomes.release();
  }

  /** The process is to end, and there is no gateway that could be told. */
  get #isAlone(): boolean {
    const { epoch, problem } = this.#parts.registrar;
    return this.#isEnding && (epoch === null || problem !== null);
  }
}
