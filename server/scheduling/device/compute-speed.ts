import { MedianWindow } from './median-window.js';

/** How fast this device computes tiles, by the latest ones. */
export class ComputeSpeed {
  readonly #latest: { readonly macs: number; readonly ms: number }[] = [];
  readonly #window: number;
  readonly #times: MedianWindow;
  #tiles = 0;

  constructor(window = 15) {
    this.#window = window;
    this.#times = new MedianWindow(window);
  }

  /** @param macs multiply-accumulates executed in that time. */
  add(macs: number, ms: number): void {
    this.#tiles++;
    this.#times.add(ms);
    this.#latest.push({ macs, ms });
    if (this.#latest.length > this.#window) this.#latest.shift();
  }

  /** Tiles computed since the start. */
  get tiles(): number {
    return this.#tiles;
  }

  /** What a tile usually takes; null until one has been computed. */
  get medianTileMs(): number | null {
    return this.#times.medianMs;
  }

  /** Null until something has been measured. */
  get macsPerMs(): number | null {
    const ms = this.#latest.reduce((sum, tile) => sum + tile.ms, 0);
    const macs = this.#latest.reduce((sum, tile) => sum + tile.macs, 0);
    return ms > 0 && macs > 0 ? macs / ms : null;
  }
}
