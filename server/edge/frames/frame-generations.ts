import type { FrameScopes } from '../../node/frame-scopes.js';
import type { TaskKey } from '../../scheduling/task-key.js';

/**
 * The generation of each frame here that has begun again, because a device that computes wrongly had a share in it. What is
 * of an older generation is void.
 */
export class FrameGenerations {
  readonly #limit: number;
  readonly #listeners: ((frame: string, generation: number) => void)[] = [];
  /** In the order in which they came; frames of their first generation are not here. */
  readonly #generations = new Map<string, number>();

  /** @param limit of frames that are kept here. */
  constructor(limit: number, scopes: FrameScopes) {
    this.#limit = limit;
    scopes.onEnd((frame) => this.#generations.delete(frame));
  }

  /** @param listener is told when generations of a frame before this one are void. */
  onInvalidated(listener: (frame: string, generation: number) => void): void {
    this.#listeners.push(listener);
  }

  /** Notes that a frame has come to this generation. */
  invalidateBefore(frame: string, generation: number): void {
    if (generation <= (this.#generations.get(frame) ?? 1)) return;
    this.#generations.set(frame, generation);
    if (this.#generations.size > this.#limit) this.#generations.delete(this.#generations.keys().next().value!);
    for (const listener of this.#listeners) listener(frame, generation);
  }

  isPast({ frame, generation }: Pick<TaskKey, 'frame' | 'generation'>): boolean {
    return generation < (this.#generations.get(frame) ?? 1);
  }
}
