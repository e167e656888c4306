/** Picks pictures of a stream by the clock: the newest at each tick of so many a second, whatever their number is. */
export class PicturePace {
  readonly #periodMs: number;
  #dueMs = Number.NEGATIVE_INFINITY;

  /** @param fps pictures a second. */
  constructor(fps: number) {
    this.#periodMs = 1000 / fps;
  }

  /**
   * Whether the picture that arrives now is picked. Ticks keep their rate: a picture that is late does not put the next
   * one off, unless it is later than a whole period.
   *
   * @param nowMs monotonic.
   */
  isDue(nowMs: number): boolean {
    if (nowMs < this.#dueMs) return false;
    const next = this.#dueMs + this.#periodMs;
    this.#dueMs = next > nowMs ? next : nowMs + this.#periodMs;
    return true;
  }
}
