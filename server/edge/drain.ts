import { withDeadline } from '../../client/deadline-signal.js';
import { type DrainState, drainingProblem, type RequestsUnderWay } from '../node/draining.js';
import type { Logger } from '../node/observe/logger.js';
import type { PeerClients } from '../node/peers/peer-clients.js';
import type { Registrar } from './registrar.js';
import type { EdgeBoard } from './tasks/edge-board.js';
import { handBackTask } from './tasks/hand-back.js';
import type { Stealer } from './tasks/stealer.js';

export interface DrainParts {
  readonly device: string;
  readonly board: EdgeBoard;
  readonly stealer: Stealer;
  readonly registrar: Registrar;
  readonly peers: PeerClients;
  readonly underWay: RequestsUnderWay;
  /** Frees what is kept of frames, strips for others among it: what they miss they compute. */
  readonly forgetAll: () => void;
  readonly log: Logger;
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
    if (this.#state !== 'serving') throw drainingProblem(`device ${this.#parts.device}`);
  }

  begin(): void {
    if (this.#state !== 'serving') return;
    const { board, log, registrar, stealer } = this.#parts;
    log.info({ code: 'DT_DRAINING', tasks: board.size }, 'draining: nothing new is taken');
    this.#state = 'draining';
    this.#stealing = true;
    void stealer.pause().then(() => {
      this.#stealing = false;
      this.#look();
    });
    board.close();
    this.#handBackStolen();
    registrar.announce();
  }

  resume(): void {
    if (this.#state === 'serving') return;
    const { board, log, registrar, stealer } = this.#parts;
    log.info('resumed');
    this.#state = 'serving';
    board.open();
    stealer.resume();
    registrar.announce();
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

  /** The gateway has answered a registration, or has not. */
  heard(): void {
    this.#look();
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
    this.#parts.log.warn({ tasks: this.left }, words);
    return false;
  }

  #look(): void {
    if (this.#state === 'draining' && this.#isSettled()) this.#drained();
    if (this.#state !== 'drained' || !this.#isEnding) return;
    // What it was told of an earlier drain, it was told of a device that was resumed since.
    if (this.#isAlone || this.#parts.registrar.told >= this.#drainedBy) this.#onDone();
  }

  #handBackStolen(): void {
    const { board, device, log, peers } = this.#parts;
    for (const task of board.takeStolen()) {
      const back = handBackTask(task, device, peers, log).then((isBack) => {
        if (!isBack) board.giveBack([task]);
      });
      void this.during(back);
    }
  }

  #isSettled(): boolean {
    const { board } = this.#parts;
    const isTold = this.#isAlone || board.returned.length + board.handedOut.length === 0;
    return board.isIdle && !this.#stealing && this.#busy === 0 && isTold;
  }

  #drained(): void {
    const { forgetAll, log, registrar } = this.#parts;
    log.info('drained');
    this.#state = 'drained';
    forgetAll();
    this.#drainedBy = registrar.announce();
  }

  /** The process is to end, and there is no gateway that could be told. */
  get #isAlone(): boolean {
    const { epoch, problem } = this.#parts.registrar;
    return this.#isEnding && (epoch === null || problem !== null);
  }
}
