import type { FtpPlan } from '../../geometry/ftp-plan.js';
import { type Region, wholeMap } from '../../geometry/region.js';
import type { MapBlock } from '../../node/wire/map-blocks.js';
import { cropRegion, placeRegion, valuesOf } from '../../tensor/planes.js';

/**
 * The tiles' outputs, put together as they come (paper section IV.B.2): they cover each map that the plan hands over exactly
 * once. A set of maps for each frame that has a result, freed when the frame ends.
 */
export class ResultsPool {
  readonly #plan: Pick<FtpPlan, 'stage' | 'tiles'>;
  readonly #frames = new Map<string, readonly Float32Array[]>();

  /** @param plan a gang's has no tiles. */
  constructor(plan: Pick<FtpPlan, 'stage' | 'tiles'>) {
    this.#plan = plan;
  }

  /** Its outputs are what is merged here. */
  get stage(): FtpPlan['stage'] {
    return this.#plan.stage;
  }

  /** Frames of which something is here. */
  get size(): number {
    return this.#frames.size;
  }

  /** @param outputs the tile's share of each of the plan's outputs, `[channels, height, width]`. */
  place(frame: string, tile: number, outputs: readonly Float32Array[]): void {
    const { shares } = this.#plan.tiles[tile]!;
    for (const [output, data] of outputs.entries()) this.#placeRegion(frame, output, shares[output]!, data);
  }

  /**
   * @param blocks regions of maps that the gang's plan hands over, by their numbers there.
   * @param outputs the numbers of these maps, in the order of this plan's outputs.
   */
  placeBlocks(frame: string, blocks: readonly MapBlock[], outputs: readonly number[]): void {
    for (const { data, map, region } of blocks) this.#placeRegion(frame, outputs.indexOf(map), region, data);
  }

  /** A copy of a tile's share of what is merged so far, by output of the plan; null when nothing is. */
  tileOf(frame: string, tile: number): readonly Float32Array[] | null {
    const { tiles } = this.#plan;
    const { maps, outputs } = this.stage;
    const merged = this.#frames.get(frame);
    if (merged === undefined) return null;
    return outputs.map((map, output) => {
      const shape = maps[map]!;
      return cropRegion(merged[output]!, shape.channels, wholeMap(shape), tiles[tile]!.shares[output]!);
    });
  }

  /** Returns what is merged so far, by output of the plan; null when nothing is. Not to be changed. */
  mapsOf(frame: string): readonly Float32Array[] | null {
    return this.#frames.get(frame) ?? null;
  }

  /** Takes the merged maps out, in the order of the plan's outputs, `[channels, height, width]` each. */
  take(frame: string): readonly Float32Array[] | null {
    const merged = this.#frames.get(frame) ?? null;
    this.#frames.delete(frame);
    return merged;
  }

  #placeRegion(frame: string, output: number, region: Region, data: Float32Array): void {
    const { maps, outputs } = this.stage;
    const merged = this.#frames.get(frame) ?? outputs.map((map) => new Float32Array(valuesOf(maps[map]!)));
    this.#frames.set(frame, merged);
    const shape = maps[outputs[output]!]!;
    placeRegion(merged[output]!, shape.channels, wholeMap(shape), data, region);
  }
}
