import type { Region } from '../../geometry/region.js';
import type { FrameScopes } from '../../node/frame-scopes.js';
import { HttpProblem } from '../../node/problems/problem.js';

/** The letterboxed picture of an open frame that this device sources. */
export interface OwnFrame {
  readonly frame: string;
  /** Of the delivery that brought it. */
  readonly generation: number;
  readonly attempt: number;
  /** `[3, height, width]`. */
  readonly data: Uint8Array;
  /** What is to travel of it to other devices. */
  readonly transmitted: Region;
  readonly digest: string;
  readonly openedMs: number;
}

/** The frames whose source this device is, until the gateway says how they ended. Bounded by number and by age. */
export class OwnFrames {
  /** Frames that may be open. */
  readonly limit: number;
  readonly #maxAgeMs: number;
  readonly #frames = new Map<string, OwnFrame>();
  readonly #scopes: FrameScopes;

  /** @param maxAgeMs after which a frame ends here that the gateway has not ended. */
  constructor(limit: number, maxAgeMs: number, scopes: FrameScopes) {
    this.limit = limit;
    this.#maxAgeMs = maxAgeMs;
    this.#scopes = scopes;
    scopes.onEnd(
      (frame) => this.#frames.delete(frame),
      () => [...this.#frames.keys()],
    );
  }

  get size(): number {
    return this.#frames.size;
  }

  get(frame: string): OwnFrame | undefined {
    return this.#frames.get(frame);
  }

  /** @throws HttpProblem 429 when this device has as many frames as it may have. */
  requireRoom(nowMs: number): void {
    this.#dropOld(nowMs);
    if (this.#frames.size < this.limit) return;
    const detail = `this device has ${this.#frames.size} frames open, which is as many as it may have`;
    throw new HttpProblem({ code: 'DT_OVERLOADED', status: 429 }, detail, { retryAfterSeconds: 1 });
  }

  open(frame: OwnFrame): void {
    this.#frames.set(frame.frame, frame);
  }

  /** A gateway that vanished never says how its frames ended. */
  #dropOld(nowMs: number): void {
    for (const { frame, openedMs } of [...this.#frames.values()]) {
      if (nowMs - openedMs > this.#maxAgeMs) this.#scopes.end(frame);
    }
  }
}
