import type { DueBody } from '../../geometry/gang/gang-blocks.js';
import { type Process, wait } from '../machine/kernel.js';
import { Latch } from '../machine/latch.js';

/** Strips on one device for one attempt of a frame. */
interface Held {
  readonly attempt: number;
  /** By sender and stage: whether they have come, false where they will not. */
  readonly bodies: Map<string, Latch<boolean>>;
  /** By receiver and stage: length of the body that answers its question; 0 where there will be none. */
  readonly asked: Map<string, Latch<number>>;
  /** The same of bodies that were there before they were asked for. */
  readonly sent: Set<string>;
}

/**
 * Strips of other members, which may come before their task, and those that they ask for. They are here until the frame ends, or a later
 * attempt is known.
 */
export class SimulatedStripInbox {
  readonly #held = new Map<string, Held>();

  put(frame: string, attempt: number, { from, stage }: DueBody): void {
    latchOf(this.#latest(frame, attempt)?.bodies, `${from}/${stage}`)?.set(true);
  }

  /** Waits for all of these bodies. @returns false when the frame has ended, or a later attempt of it is known. */
  *wait(frame: string, attempt: number, due: readonly DueBody[]): Process<boolean> {
    for (const { from, stage } of due) {
      const latch = latchOf(this.#latest(frame, attempt)?.bodies, `${from}/${stage}`);
      if (latch === null || !(yield* wait(latch.done()))) return false;
    }
    return true;
  }

  /** Answers a member's question with a body. @returns false where there is no question yet: the body is to be sent. */
  answer(frame: string, attempt: number, to: number, stage: number, bytes: number): boolean {
    const held = this.#latest(frame, attempt);
    const name = `${to}/${stage}`;
    const question = held?.asked.get(name);
    if (question === undefined) held?.sent.add(name);
    question?.set(bytes);
    return question !== undefined;
  }

  /** A member asks for strips. @returns the length of their body, once they are there; 0 when they come in a request, or will not come. */
  *ask(frame: string, attempt: number, to: number, stage: number): Process<number> {
    const held = this.#latest(frame, attempt);
    const name = `${to}/${stage}`;
    if (held === null || held.sent.has(name)) return 0;
    return yield* wait(latchOf(held.asked, name)!.done());
  }

  drop(frame: string): void {
    const held = this.#held.get(frame);
    this.#held.delete(frame);
    for (const latch of held?.bodies.values() ?? []) latch.set(false);
    for (const latch of held?.asked.values() ?? []) latch.set(0);
  }

  /** Ends what is waited for in other frames, and in earlier attempts of this one: a device is in one gang at a time. */
  keepOnly(frame: string, attempt: number): void {
    for (const [other, held] of this.#held) if (other !== frame || held.attempt < attempt) this.drop(other);
  }

  /** @returns null when a later attempt is known. */
  #latest(frame: string, attempt: number): Held | null {
    const held = this.#held.get(frame);
    if (held?.attempt === attempt) return held;
    if (held !== undefined && held.attempt > attempt) return null;
    this.drop(frame);
    const begun = { attempt, bodies: new Map(), asked: new Map(), sent: new Set<string>() };
    this.#held.set(frame, begun);
    return begun;
  }
}

function latchOf<T>(latches: Map<string, Latch<T>> | undefined, name: string): Latch<T> | null {
  if (latches === undefined) return null;
  const latch = latches.get(name) ?? new Latch<T>();
  latches.set(name, latch);
  return latch;
}
