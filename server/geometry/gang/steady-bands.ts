import { type Bands, bandsOf } from './bands.js';

/** Shares that have changed by less are kept: measured speeds are never twice the same, and each plan of a gang takes time. */
const SLACK = 0.15;
/** Sets of devices that are remembered. */
const MOST_GANGS = 32;

interface Known {
  readonly shares: readonly number[];
  readonly bands: Bands;
}

/** Bands of rows by the speeds of devices, which stay as they are while the speeds are about the same. */
export class SteadyBands {
  readonly #known = new Map<string, Known>();

  /** @param speeds by device, each above 0; only their ratios count. */
  of(devices: readonly string[], speeds: readonly number[]): Bands {
    const key = devices.join(' ');
    const all = speeds.reduce((sum, speed) => sum + speed, 0);
    const shares = speeds.map((speed) => speed / all);
    const known = this.#known.get(key);
    if (known?.shares.every((share, i) => Math.abs(shares[i]! - share) <= SLACK * share)) return known.bands;
    const bands = bandsOf(shares);
    this.#known.delete(key);
    this.#known.set(key, { shares, bands });
    if (this.#known.size > MOST_GANGS) this.#known.delete(this.#known.keys().next().value!);
    return bands;
  }
}
