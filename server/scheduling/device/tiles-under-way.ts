import { TILES_AHEAD } from './device-pace.js';

/** The tiles that a device's compute thread has, in the order in which it computes them. */
export class TilesUnderWay<Tile> {
  readonly #aheadMs: number | null;
  readonly #tiles: Tile[] = [];
  /** When the first of them began. */
  #sinceMs = 0;

  /** @param aheadMs of work that the thread is to have; null: a tile only when it has none. */
  constructor(aheadMs: number | null) {
    this.#aheadMs = aheadMs;
  }

  get tiles(): readonly Tile[] {
    return this.#tiles;
  }

  get first(): Tile | null {
    return this.#tiles[0] ?? null;
  }

  add(tile: Tile, nowMs: number): void {
    if (this.#tiles.length === 0) this.#sinceMs = nowMs;
    this.#tiles.push(tile);
  }

  /** It has been computed, or failed. */
  remove(tile: Tile, nowMs: number): void {
    const place = this.#tiles.indexOf(tile);
    if (place < 0) return;
    this.#tiles.splice(place, 1);
    if (place === 0) this.#sinceMs = nowMs;
  }

  /**
   * When the thread is to have one more.
   *
   * @param usualMs that a tile takes; null when that is not known yet.
   * @returns milliseconds from now; infinite: not before one of them is done.
   */
  nextInMs(usualMs: number | null, nowMs: number): number {
    const count = this.#tiles.length;
    if (count === 0) return 0;
    if (usualMs === null || this.#aheadMs === null || count > TILES_AHEAD) return Number.POSITIVE_INFINITY;
    const firstEndsMs = this.#sinceMs + usualMs;
    const behindMs = (count - 1) * usualMs;
    // When the first one will be done is not known any more; until then there is as much behind it.
    if (nowMs >= firstEndsMs) return behindMs > this.#aheadMs ? Number.POSITIVE_INFINITY : 0;
    // Who waits for a moment that stays where it is gets there, also where clocks of many digits round.
    return Math.max(0, firstEndsMs + behindMs - this.#aheadMs - nowMs);
  }
}
