import type { FrameScopes } from '../../node/frame-scopes.js';
import type { TaskKey } from '../../scheduling/task-key.js';

/** What of a frame is valid: its generation, and in it the attempt of a gang's blocks. */
type Present = Pick<TaskKey, 'generation' | 'attempt'>;

/** Of a frame that has begun once. */
const FIRST: Present = { generation: 1, attempt: 1 };

/**
 * The generation of each frame here that has begun again, because a device that computes wrongly had a share in it, and the
 * attempt of each gang that has. What is of an older one is void. Tiles are the same in every attempt.
 */
export class FrameGenerations {
  readonly #limit: number;
  readonly #listeners: ((frame: string, generation: number, attempt: number) => void)[] = [];
  /** In the order in which they came; frames that have begun once are not here. */
  readonly #present = new Map<string, Present>();

  /** @param limit of frames that are kept here. */
  constructor(limit: number, scopes: FrameScopes) {
    this.#limit = limit;
    scopes.onEnd((frame) => this.#present.delete(frame));
  }

  /** @param listener is told when generations of a frame before this one are void, and blocks of this one before the attempt. */
  onInvalidated(listener: (frame: string, generation: number, attempt: number) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Notes that a frame has come to this generation.
   *
   * @param attempt of its blocks; those before are void.
   */
  invalidateBefore(frame: string, generation: number, attempt = FIRST.attempt): void {
    if (!isBefore(this.#presentOf(frame), { generation, attempt })) return;
    this.#present.set(frame, { generation, attempt });
    if (this.#present.size > this.#limit) this.#present.delete(this.#present.keys().next().value!);
    for (const listener of this.#listeners) listener(frame, generation, attempt);
  }

  isPast({ frame, generation }: Pick<TaskKey, 'frame' | 'generation'>): boolean {
    return generation < this.#presentOf(frame).generation;
  }

  /** Returns whether a block is of a gang that has ended. */
  isPastBlock(block: Pick<TaskKey, 'frame' | 'generation' | 'attempt'>): boolean {
    return isBefore(block, this.#presentOf(block.frame));
  }

  #presentOf(frame: string): Present {
    return this.#present.get(frame) ?? FIRST;
  }
}

function isBefore(a: Present, b: Present): boolean {
  return a.generation < b.generation || (a.generation === b.generation && a.attempt < b.attempt);
}
