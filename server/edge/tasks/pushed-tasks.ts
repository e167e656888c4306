import type { FrameScopes } from '../../node/frame-scopes.js';
import type { TaskKey } from '../../scheduling/task-key.js';

/** Tasks that were pushed to this device, so that a push which is repeated counts once, also when the task is done by then. */
export class PushedTasks {
  readonly #limit: number;
  /** In the order in which they came. */
  readonly #taken = new Map<string, string>();

  /** @param limit of tasks that are remembered. */
  constructor(limit: number, scopes: FrameScopes) {
    this.#limit = limit;
    scopes.onEnd((frame) => this.#forget(frame));
  }

  has(task: TaskKey): boolean {
    return this.#taken.has(keyOf(task));
  }

  add(task: TaskKey): void {
    this.#taken.set(keyOf(task), task.frame);
    if (this.#taken.size > this.#limit) this.#taken.delete(this.#taken.keys().next().value!);
  }

  #forget(frame: string): void {
    for (const [key, of] of this.#taken) if (of === frame) this.#taken.delete(key);
  }
}

function keyOf({ frame, tile, generation, attempt }: TaskKey): string {
  return `${frame}/${generation}/${tile}/${attempt}`;
}
