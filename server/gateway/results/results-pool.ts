import type { FtpPlan } from '../../geometry/ftp-plan.js';
import { type Region, wholeMap } from '../../geometry/region.js';
import { cropRegion, placeRegion, valuesOf } from '../../tensor/planes.js';

/**
 * The tiles' outputs, put together as they come (paper section IV.B.2): they cover the fused stack's output exactly
 * once. One map for each frame that has a result, freed when the frame ends.
 */
export class ResultsPool {
  readonly #plan: FtpPlan;
  readonly #maps = new Map<string, Float32Array>();

  constructor(plan: FtpPlan) {
    this.#plan = plan;
  }

  /** Frames of which something is here. */
  get size(): number {
    return this.#maps.size;
  }

  /** @param output the tile's share, `[channels, height, width]`. */
  place(frame: string, tile: number, output: Float32Array): void {
    this.placeRows(frame, this.#plan.tiles[tile]!.regions[this.#plan.depth]!, output);
  }

  /** @param output any region of the fused stack's output, `[channels, height, width]`. */
  placeRows(frame: string, region: Region, output: Float32Array): void {
    const shape = this.#plan.maps[this.#plan.depth]!;
    const map = this.#maps.get(frame) ?? new Float32Array(valuesOf(shape));
    this.#maps.set(frame, map);
    placeRegion(map, shape.channels, wholeMap(shape), output, region);
  }

  /** A copy of a tile's share of what is merged so far; null when nothing is. */
  tileOf(frame: string, tile: number): Float32Array | null {
    const { channels } = this.#plan.maps[this.#plan.depth]!;
    const map = this.#maps.get(frame);
    const region = this.#plan.tiles[tile]!.regions[this.#plan.depth]!;
    return map === undefined ? null : cropRegion(map, channels, wholeMap(this.#plan.maps[this.#plan.depth]!), region);
  }

  /** Takes the merged map out, `[channels, height, width]`. */
  take(frame: string): Float32Array | null {
    const map = this.#maps.get(frame) ?? null;
    this.#maps.delete(frame);
    return map;
  }
}
