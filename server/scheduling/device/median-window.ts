import { medianOf } from '../median.js';

/** What something usually takes: the median of the latest measurements. */
export class MedianWindow {
  readonly #latestMs: number[] = [];
  readonly #window: number;

  constructor(window = 15) {
    this.#window = window;
  }

  add(ms: number): void {
    this.#latestMs.push(ms);
    if (this.#latestMs.length > this.#window) this.#latestMs.shift();
  }

  /** Null until something has been measured. */
  get medianMs(): number | null {
    return medianOf(this.#latestMs);
  }
}
