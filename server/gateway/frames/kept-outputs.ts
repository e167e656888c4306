/** Merged outputs of the fused stack of the latest frames, for those who check them against the untiled network. */
export class KeptOutputs {
  readonly #limit: number;
  readonly #outputs = new Map<string, Float32Array>();

  /** @param limit how many are kept; 0 keeps none. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Keeps a copy: the values themselves are given away to the remaining layers. */
  keep(frame: string, merged: Float32Array): void {
    if (this.#limit === 0) return;
    this.#outputs.set(frame, merged.slice());
    if (this.#outputs.size > this.#limit) this.drop(this.#outputs.keys().next().value!);
  }

  get(frame: string): Float32Array | undefined {
    return this.#outputs.get(frame);
  }

  drop(frame: string): void {
    this.#outputs.delete(frame);
  }
}
