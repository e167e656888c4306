import { HttpProblem } from '../../node/problems/problem.js';
import { fairShare } from '../../scheduling/policy/fair-share.js';
import type { ProblemNotices } from '../devices/problem-notices.js';
import type { FrameStore } from '../frames/frame-store.js';

export interface OpenFrameQuotaParts {
  /** Frames that may be open at once (`limits.queuedFrames`). */
  readonly limit: number;
  readonly store: Pick<FrameStore, 'openCount' | 'openOf'>;
  readonly notices: ProblemNotices;
}

/** Bounds the open frames, in all and of each claimant. Pictures that are being looked at count as frames. */
export class OpenFrameQuota {
  readonly #parts: OpenFrameQuotaParts;
  /** Pictures that are being looked at, by claimant. */
  readonly #inHand = new Map<string, number>();

  constructor(parts: OpenFrameQuotaParts) {
    this.#parts = parts;
  }

  /**
   * Holds a place for a picture until `work` has made it a frame, or has failed.
   *
   * @param claimant whom the frame counts for.
   * @throws HttpProblem 429 `DT_OVERLOADED` when there is no place.
   */
  async hold<T>(claimant: string, work: () => Promise<T>): Promise<T> {
    this.#requirePlace(claimant);
    this.#take(claimant, 1);
    try {
      return await work();
    } finally {
      this.#take(claimant, -1);
    }
  }

  #requirePlace(claimant: string): void {
    const { limit, notices, store } = this.#parts;
    const open = [...this.#inHand.values()].reduce((sum, count) => sum + count, store.openCount);
    const own = store.openOf(claimant) + (this.#inHand.get(claimant) ?? 0);
    const verdict = fairShare({ limit, held: open, own, more: 1 });
    if (verdict === 'admitted') return;
    const detail =
      verdict === 'full'
        ? `${open} frames are queued, which is as many as may be; come back when one has ended`
        : `${own} of the ${open} queued frames are of this ${claimant}, and the other places are for others; come back when one has ended`;
    notices.report('DT_OVERLOADED', `${open} frames are queued and more are refused: send fewer, or add devices`);
    throw new HttpProblem({ code: 'DT_OVERLOADED', status: 429 }, detail, { retryAfterSeconds: 1 });
  }

  #take(claimant: string, more: 1 | -1): void {
    const count = (this.#inHand.get(claimant) ?? 0) + more;
    if (count === 0) this.#inHand.delete(claimant);
    else this.#inHand.set(claimant, count);
  }
}
