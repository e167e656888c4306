/** Numbers of one piece: 8 MiB, of which the system counts the pages that were written to. */
const PIECE_NUMBERS = 2 * 2 ** 20;

/**
 * Memory for the weights of a network, in large pieces, which go back to the system once the engine has its own copy. Of an array for
 * each layer the small ones would leave holes in the C library's memory: 10 MiB with YOLOv2.
 */
export class WeightMemory {
  #piece = new Float32Array(0);
  #used = 0;

  /** Returns zeros. */
  take(length: number): Float32Array {
    if (this.#used + length > this.#piece.length) {
      this.#piece = new Float32Array(Math.max(length, PIECE_NUMBERS));
      this.#used = 0;
    }
    this.#used += length;
    return this.#piece.subarray(this.#used - length, this.#used);
  }
}
