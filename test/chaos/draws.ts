import { seededRandom } from '../../server/model/seeded-random.js';

/** Random choices that follow from a seed alone. */
export class Draws {
  readonly #next: () => number;

  /** @param stream independent sequences under one seed. */
  constructor(seed: number, stream = 0) {
    this.#next = seededRandom(seed, stream);
  }

  /** From 0 up to 1. */
  share(): number {
    return this.#next();
  }

  /** A whole number, both ends among them. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.#next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  among<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.#next() * choices.length)]!;
  }
}
