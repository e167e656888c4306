import type { Region } from '../geometry/region.js';
import { containsRegion } from '../geometry/region.js';
import { oppositeSide, type Side } from '../geometry/reuse/neighbours.js';
import { onlySides, type TileOffers } from '../geometry/reuse/tile-offer.js';
import type { KeptOffers } from '../scheduling/reuse/task-reuse.js';

/** The strips that a node keeps of finished tiles, without their values. */
export class KeptStrips implements KeptOffers {
  readonly #frames = new Map<string, Map<number, TileOffers>>();

  get frames(): readonly string[] {
    return [...this.#frames.keys()];
  }

  add(frame: string, tile: number, offers: TileOffers): void {
    const tiles = this.#frames.get(frame) ?? new Map<number, TileOffers>();
    tiles.set(tile, offers);
    this.#frames.set(frame, tiles);
  }

  keepOnly(frame: string, tile: number, sides: readonly Side[]): void {
    const tiles = this.#frames.get(frame);
    const kept = tiles?.get(tile);
    if (kept !== undefined) tiles!.set(tile, onlySides(kept, sides));
  }

  offersOf(frame: string, tile: number): TileOffers | null {
    return this.#frames.get(frame)?.get(tile) ?? null;
  }

  /** @param side where the producer lies, as seen from who wants the strip. */
  has(frame: string, producer: number, side: Side, map: number, region: Region): boolean {
    const kept = this.offersOf(frame, producer)?.[oppositeSide(side)]?.regions[map];
    return kept !== undefined && containsRegion(kept, region);
  }

  drop(frame: string): void {
    this.#frames.delete(frame);
  }
}
