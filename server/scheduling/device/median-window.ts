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
    if (this.#latestMs.length === 0) return null;
    const sorted = [...this.#latestMs].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)]!;
  }
}
