import type { FrameScopes } from '../../node/frame-scopes.js';
import type { TaskKey } from '../../scheduling/task-key.js';

/**
 * From which attempt on a frame counts. One that began anew, because a device that computes wrongly had a share in it, has
 * no use for what is here of earlier attempts.
 */
export class FrameRuns {
  readonly #limit: number;
  readonly #listeners: ((frame: string, since: number) => void)[] = [];
  /** In the order in which they came; frames that count from their first attempt are not here. */
  readonly #since = new Map<string, number>();

  /** @param limit of frames that are remembered. */
  constructor(limit: number, scopes: FrameScopes) {
    this.#limit = limit;
    scopes.onEnd((frame) => this.#since.delete(frame));
  }

  /** @param listener told when attempts of a frame before `since` are of no use any more. */
  onInvalidated(listener: (frame: string, since: number) => void): void {
    this.#listeners.push(listener);
  }

  /** A frame is said to count from this attempt on. */
  invalidateBefore(frame: string, since: number): void {
    if (since <= (this.#since.get(frame) ?? 1)) return;
    this.#since.set(frame, since);
    if (this.#since.size > this.#limit) this.#since.delete(this.#since.keys().next().value!);
    for (const listener of this.#listeners) listener(frame, since);
  }

  /** Whether a task is of an attempt that does not count any more. */
  isPast({ frame, attempt }: Pick<TaskKey, 'frame' | 'attempt'>): boolean {
    return attempt < (this.#since.get(frame) ?? 1);
  }
}
