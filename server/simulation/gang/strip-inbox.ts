import type { DueBody } from '../../geometry/gang/gang-blocks.js';
import { type Process, wait } from '../machine/kernel.js';
import { Latch } from '../machine/latch.js';

/** Strips that came to a device for one attempt of a frame. */
interface Held {
  readonly attempt: number;
  readonly bodies: Map<string, Latch<boolean>>;
}

/** Strips of other members, which may come before their task. They are here until the frame ends, or a later attempt is known. */
export class SimulatedStripInbox {
  readonly #held = new Map<string, Held>();

  put(frame: string, attempt: number, body: DueBody): void {
    this.#latch(frame, attempt, body)?.set(true);
  }

  /** Waits for all of these bodies. @returns false when the frame has ended, or a later attempt of it is known. */
  *wait(frame: string, attempt: number, due: readonly DueBody[]): Process<boolean> {
    for (const body of due) {
      const latch = this.#latch(frame, attempt, body);
      if (latch === null || !(yield* wait(latch.done()))) return false;
    }
    return true;
  }

  drop(frame: string): void {
    const held = this.#held.get(frame);
    this.#held.delete(frame);
    for (const latch of held?.bodies.values() ?? []) latch.set(false);
  }

  /** Ends what is waited for in other frames, and in earlier attempts of this one: a device is in one gang at a time. */
  keepOnly(frame: string, attempt: number): void {
    for (const [other, held] of this.#held) if (other !== frame || held.attempt < attempt) this.drop(other);
  }

  /** @returns null when a later attempt is known. */
  #latch(frame: string, attempt: number, { from, stage }: DueBody): Latch<boolean> | null {
    let held = this.#held.get(frame);
    if (held !== undefined && held.attempt > attempt) return null;
    if (held === undefined || held.attempt < attempt) {
      this.drop(frame);
      held = { attempt, bodies: new Map() };
      this.#held.set(frame, held);
    }
    const key = `${from}/${stage}`;
    const latch = held.bodies.get(key) ?? new Latch<boolean>();
    held.bodies.set(key, latch);
    return latch;
  }
}
