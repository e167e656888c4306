import { sameTile, type TaskKey } from '../task-key.js';

/** A thief may have as many tiles that it has not begun; of earlier ones it can only tell the gateway. */
const MOST_HANDOUTS = 16;

/** A task that a request of a thief was answered with. */
interface Handout<Tile> {
  readonly sequence: number;
  readonly task: Tile;
}

/** The latest tasks that thieves were given: a request that is repeated gets the same, and a thief may hand each back. */
export class Handouts<Tile extends TaskKey> {
  /** By thief, the latest first. */
  readonly #handouts = new Map<string, readonly Handout<Tile>[]>();

  latest(thief: string): Handout<Tile> | undefined {
    return this.#handouts.get(thief)?.[0];
  }

  add(thief: string, handout: Handout<Tile>): void {
    this.#handouts.set(thief, [handout, ...(this.#handouts.get(thief) ?? [])].slice(0, MOST_HANDOUTS));
  }

  /** @returns the task, which the thief has no more; null when it has not had this attempt of it. */
  takeBack(thief: string, key: Omit<TaskKey, 'generation'>): Tile | null {
    const handouts = this.#handouts.get(thief) ?? [];
    const handout = handouts.find(({ task }) => sameTile(task, key) && task.attempt === key.attempt);
    if (handout === undefined) return null;
    this.#keep(thief, handouts, (other) => other !== handout);
    return handout.task;
  }

  drop(isPast: (task: Tile) => boolean): void {
    for (const [thief, handouts] of this.#handouts) this.#keep(thief, handouts, ({ task }) => !isPast(task));
  }

  #keep(thief: string, handouts: readonly Handout<Tile>[], isKept: (handout: Handout<Tile>) => boolean): void {
    const kept = handouts.filter(isKept);
    if (kept.length > 0) this.#handouts.set(thief, kept);
    else this.#handouts.delete(thief);
  }
}
