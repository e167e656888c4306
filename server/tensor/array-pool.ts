/**
 * Memory for values that are needed for a short time, used again and again: fresh memory costs more than what is computed on it in a
 * small tile. As many arrays as were lent at once stay here.
 */
export class ArrayPool {
  readonly #free: Float32Array<ArrayBuffer>[] = [];
  readonly #lent = new Map<ArrayBufferLike, Float32Array<ArrayBuffer>>();

  /** Lends an array with any values in it. */
  take(length: number): Float32Array<ArrayBuffer> {
    const array = this.#smallestOf(length) ?? new Float32Array(length);
    this.#lent.set(array.buffer, array);
    return array.subarray(0, length);
  }

  /** Takes an array's memory back that is no longer read; memory that is not from here is left alone. */
  giveBack(buffer: ArrayBufferLike): void {
    const array = this.#lent.get(buffer);
    if (array !== undefined) this.#free.push(array);
    this.#lent.delete(buffer);
  }

  giveBackAll(): void {
    this.#free.push(...this.#lent.values());
    this.#lent.clear();
  }

  /** Returns the smallest free array of at least that length. Where all are shorter the longest is let go: a longer one replaces it. */
  #smallestOf(length: number): Float32Array<ArrayBuffer> | undefined {
    let best = -1;
    let longest = -1;
    for (const [i, array] of this.#free.entries()) {
      if (array.length >= length && (best < 0 || array.length < this.#free[best]!.length)) best = i;
      if (longest < 0 || array.length > this.#free[longest]!.length) longest = i;
    }
    if (best >= 0) return this.#free.splice(best, 1)[0];
    if (longest >= 0) this.#free.splice(longest, 1);
    return undefined;
  }
}
