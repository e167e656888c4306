/** Merged outputs of the fused stack of the latest frames, for those who check them against the untiled network. */
export class KeptOutputs {
  readonly #limit: number;
  readonly #outputs = new Map<string, readonly Float32Array[]>();

  /** @param limit how many are kept; 0 keeps none. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Keeps a copy: the values themselves are given away to the remaining layers. */
  keep(frame: string, merged: readonly Float32Array[]): void {
    if (this.#limit === 0) return;
    this.#outputs.set(
      frame,
      merged.map((map) => map.slice()),
    );
    if (this.#outputs.size > this.#limit) this.drop(this.#outputs.keys().next().value!);
  }

  /** In the order of the plan's outputs. */
  get(frame: string): readonly Float32Array[] | undefined {
    return this.#outputs.get(frame);
  }

  drop(frame: string): void {
    this.#outputs.delete(frame);
  }
}
