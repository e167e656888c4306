import { EventHeap, type Timed } from './event-heap.js';

/** Something that a process waits for: calls `wake` once, now or later, with what came of it. */
export type Suspension<T> = (wake: (value: T) => void) => void;

/** What one actor does, written in the order in which it does it; each `yield*` may take simulated time. */
export type Process<T = void> = Generator<Suspension<never>, T, unknown>;

/** Waits within a process. */
export function* wait<T>(suspension: Suspension<T>): Process<T> {
  return (yield suspension as Suspension<never>) as T;
}

interface Event extends Timed {
  run: (() => void) | null;
}

/** Takes back what was to happen. */
export type Cancel = () => void;

/** Simulated time: discrete events, one after the other, those of one instant in the order in which they came about. */
export class Kernel {
  readonly #heap = new EventHeap<Event>();
  #nowMs = 0;
  #number = 0;
  #handled = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Events so far. */
  get handled(): number {
    return this.#handled;
  }

  at(atMs: number, run: () => void, phase = 0): Cancel {
    const event: Event = { atMs: Math.max(atMs, this.#nowMs), phase, number: ++this.#number, run };
    this.#heap.push(event);
    return () => {
      event.run = null;
    };
  }

  sleep(ms: number): Suspension<void> {
    return (wake) => void this.at(this.#nowMs + ms, wake);
  }

  /** Resumes when all else of this instant has happened: whoever chooses then knows of all that ended with it. */
  settled(): Suspension<void> {
    return (wake) => void this.at(this.#nowMs, wake, 1);
  }

  /** @param onEnd told what the process returned. */
  spawn<T>(process: Process<T>, onEnd?: (value: T) => void): void {
    const step = (value: unknown): void => {
      const { done, value: given } = process.next(value);
      if (done) onEnd?.(given as T);
      else (given as Suspension<unknown>)(step);
    };
    step(undefined);
  }

  /** Runs processes beside each other. @returns what each returned, when the last one has. */
  all<T>(processes: readonly Process<T>[]): Suspension<readonly T[]> {
    return (wake) => {
      const results: T[] = [];
      let open = processes.length;
      if (open === 0) wake(results);
      for (const [index, process] of processes.entries()) {
        this.spawn(process, (value) => {
          results[index] = value;
          if (--open === 0) wake(results);
        });
      }
    };
  }

  /** A process that may take too long. @returns null when it has not ended by then; it goes on unheeded. */
  within<T>(ms: number, process: Process<T>): Suspension<T | null> {
    return (wake) => {
      let over = false;
      const settle = (value: T | null) => {
        if (over) return;
        over = true;
        cancel();
        wake(value);
      };
      const cancel = this.at(this.#nowMs + ms, () => settle(null));
      this.spawn(process, settle);
    };
  }

  /** Runs until nothing is left, `isOver`, or the time is up. @returns whether it was over. */
  run(isOver: () => boolean, untilMs: number): boolean {
    while (!isOver()) {
      const event = this.#heap.pop();
      if (event === undefined || event.atMs > untilMs) return false;
      if (event.run === null) continue;
      this.#nowMs = event.atMs;
      this.#handled++;
      event.run();
    }
    return true;
  }
}
