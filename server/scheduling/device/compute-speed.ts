/** How fast this device computes tiles, by the latest ones. */
export class ComputeSpeed {
  readonly #latest: { readonly macs: number; readonly ms: number }[] = [];
  readonly #window: number;

  constructor(window = 15) {
    this.#window = window;
  }

  /** @param macs multiply-accumulates executed in that time. */
  add(macs: number, ms: number): void {
    this.#latest.push({ macs, ms });
    if (this.#latest.length > this.#window) this.#latest.shift();
  }

  /** Null until something has been measured. */
  get macsPerMs(): number | null {
    const ms = this.#latest.reduce((sum, tile) => sum + tile.ms, 0);
    const macs = this.#latest.reduce((sum, tile) => sum + tile.macs, 0);
    return ms > 0 && macs > 0 ? macs / ms : null;
  }
}
