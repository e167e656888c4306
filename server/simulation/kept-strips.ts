import { containsRegion } from '../geometry/region.js';
import { oppositeSide, type Side } from '../geometry/reuse/neighbours.js';
import type { Strip } from '../geometry/reuse/tile-cut.js';
import { onlySides, type TileOffers } from '../geometry/reuse/tile-offer.js';
import type { StripThere } from '../scheduling/reuse/fetched-strips.js';
import type { StripStore } from '../scheduling/reuse/kept-offers.js';

/** The strips that a node keeps of finished tiles, without their values. */
export class KeptStrips implements StripStore<StripThere> {
  readonly #frames = new Map<string, Map<number, TileOffers>>();

  get frames(): readonly string[] {
    return [...this.#frames.keys()];
  }

  /** @returns whether the tile offers anything. */
  add(frame: string, tile: number, offers: TileOffers): boolean {
    if (Object.keys(offers).length === 0) return false;
    const tiles = this.#frames.get(frame) ?? new Map<number, TileOffers>();
    tiles.set(tile, offers);
    this.#frames.set(frame, tiles);
    return true;
  }

  keepOnly(frame: string, tile: number, sides: readonly Side[]): void {
    const tiles = this.#frames.get(frame);
    const kept = tiles?.get(tile);
    if (kept !== undefined) tiles!.set(tile, onlySides(kept, sides));
  }

  offersOf(frame: string, tile: number): TileOffers | null {
    return this.#frames.get(frame)?.get(tile) ?? null;
  }

  strip(frame: string, producer: number, side: Side, map: number): StripThere | null {
    const region = this.offersOf(frame, producer)?.[oppositeSide(side)]?.regions[map];
    return region === undefined ? null : { region };
  }

  /** Those of the strips that are here. */
  among(frame: string, strips: readonly Strip[]): readonly Strip[] {
    return strips.filter(({ map, producer, region, side }) => {
      const there = this.strip(frame, producer, side, map);
      return there !== null && containsRegion(there.region, region);
    });
  }

  drop(frame: string): void {
    this.#frames.delete(frame);
  }
}
