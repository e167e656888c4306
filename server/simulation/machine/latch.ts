import type { Suspension } from './kernel.js';

/** Something that happens once. */
export class Latch<T = void> {
  #value: { readonly of: T } | null = null;
  #waiting: ((value: T) => void)[] = [];

  set(value: T): void {
    if (this.#value !== null) return;
    this.#value = { of: value };
    for (const wake of this.#waiting) wake(value);
    this.#waiting = [];
  }

  /** At once when it has happened. */
  done(): Suspension<T> {
    return (wake) => {
      if (this.#value === null) this.#waiting.push(wake);
      else wake(this.#value.of);
    };
  }
}
