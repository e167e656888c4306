import type { SegmentedStage } from '../../geometry/segments.js';

/** What the devices handed over of one frame. */
export interface KeptOutput {
  readonly stage: SegmentedStage;
  /** Merged, in the order of the stage's outputs, `[channels, height, width]` each. */
  readonly maps: readonly Float32Array[];
}

/** Merged outputs of the fused stack of the latest frames, for those who check them against the untiled network. */
export class KeptOutputs {
  readonly #limit: number;
  readonly #outputs = new Map<string, KeptOutput>();

  /** @param limit how many are kept; 0 keeps none. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Keeps a copy: the values themselves are given away to the remaining layers. */
  keep(frame: string, stage: SegmentedStage, merged: readonly Float32Array[]): void {
    if (this.#limit === 0) return;
    this.#outputs.set(frame, { stage, maps: merged.map((map) => map.slice()) });
    if (this.#outputs.size > this.#limit) this.drop(this.#outputs.keys().next().value!);
  }

  get(frame: string): KeptOutput | undefined {
    return this.#outputs.get(frame);
  }

  drop(frame: string): void {
    this.#outputs.delete(frame);
  }
}
