import { containsRegion, type Region } from '../../geometry/region.js';
import type { Strip } from '../../geometry/reuse/tile-cut.js';

/** A strip as a node has it: with its values, or in a simulation without. */
export interface StripThere {
  readonly region: Region;
}

/** Strips that other nodes sent for one tile, by the side and map that they are for. */
export class FetchedStrips<There extends StripThere> {
  readonly #strips = new Map<string, There>();
  /** Bodies that carried them. */
  readonly bytes: number;

  constructor(strips: Iterable<readonly [Strip, There]> = [], bytes = 0) {
    for (const [strip, there] of strips) this.#strips.set(keyOf(strip), there);
    this.bytes = bytes;
  }

  /** What covers a strip; null when nothing does. */
  covering(strip: Strip): There | null {
    const there = this.#strips.get(keyOf(strip));
    return there !== undefined && containsRegion(there.region, strip.region) ? there : null;
  }

  /** These and others, which go first. */
  with(others: FetchedStrips<There>): FetchedStrips<There> {
    const all = new FetchedStrips<There>([], this.bytes + others.bytes);
    for (const [key, there] of [...this.#strips, ...others.#strips]) all.#strips.set(key, there);
    return all;
  }
}

function keyOf({ side, map }: Strip): string {
  return `${side}/${map}`;
}
