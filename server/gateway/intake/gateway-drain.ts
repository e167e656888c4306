import { withDeadline } from '../../../client/deadline-signal.js';
import { type DrainState, drainingProblem, RequestsUnderWay } from '../../node/draining.js';
import type { Logger } from '../../node/observe/logger.js';

export interface GatewayDrainParts {
  /** Frames that have not ended. */
  readonly openFrames: () => number;
  /** It takes no more pictures: those that wait for a device are to be refused. */
  readonly onBegin: () => void;
  readonly log: Logger;
}

/** Takes the gateway out of service without a frame being lost: it accepts none, until those that are open have ended. */
export class GatewayDrain {
  /** Requests for frames, which wait for what was found. */
  readonly underWay = new RequestsUnderWay();
  readonly #parts: GatewayDrainParts;
  #state: DrainState = 'serving';
  /** Pictures that were let in and are not frames yet. */
  #entering = 0;
  #onDrained: () => void = () => {};

  constructor(parts: GatewayDrainParts) {
    this.#parts = parts;
  }

  get state(): DrainState {
    return this.#state;
  }

  /** Frames that have yet to end. */
  get left(): number {
    return this.#parts.openFrames() + this.#entering;
  }

  begin(): void {
    if (this.#state !== 'serving') return;
    this.#parts.log.info({ frames: this.left }, 'draining: no more frames are taken');
    this.#state = 'draining';
    this.#parts.onBegin();
    this.look();
  }

  resume(): void {
    if (this.#state === 'serving') return;
    this.#parts.log.info('resumed');
    this.#state = 'serving';
  }

  /**
   * Lets a picture in.
   *
   * @throws HttpProblem 503 `DT_DRAINING` unless the gateway serves.
   */
  async admit<T>(accept: () => Promise<T>): Promise<T> {
    if (this.#state !== 'serving') throw drainingProblem('the gateway');
    this.#entering++;
    try {
      return await accept();
    } finally {
      this.#entering--;
      this.look();
    }
  }

  /** A frame may have ended. */
  look(): void {
    if (this.#state !== 'draining' || this.left > 0) return;
    this.#parts.log.info('drained');
    this.#state = 'drained';
    this.#onDrained();
  }

  /**
   * Drains the gateway so that its process can end.
   *
   * @returns false when frames were left after so long.
   */
  async finish(timeoutMs: number): Promise<boolean> {
    const isDrained = await withDeadline(undefined, timeoutMs, async (limit) => {
      this.begin();
      if (this.#state !== 'drained') {
        await new Promise<void>((resolve) => {
          this.#onDrained = resolve;
          limit.addEventListener('abort', () => resolve(), { once: true });
        });
      }
      await this.underWay.none(limit);
      return !limit.aborted;
    });
    if (isDrained) return true;
    this.#parts.log.warn({ frames: this.left }, `frames were left after ${timeoutMs} ms (schedule.drain.timeoutMs)`);
    return false;
  }
}
