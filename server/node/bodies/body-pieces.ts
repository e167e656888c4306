/** Pieces from here on are kept as they are; smaller ones are gathered. */
const LARGE_BYTES = 16 * 1024;

/** Small pieces are gathered in blocks of up to this size. */
const BLOCK_BYTES = 64 * 1024;

const NO_BLOCK = Buffer.alloc(0);

/**
 * The pieces of a body in the order in which they arrive. Small ones are gathered, since each `Buffer` costs some hundred
 * bytes more than it holds: a body sent byte by byte takes about as much memory as any other.
 */
export class BodyPieces {
  readonly #whole: Buffer[] = [];
  #block = NO_BLOCK;
  #filled = 0;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  add(piece: Buffer): void {
    this.#bytes += piece.length;
    if (piece.length >= LARGE_BYTES) {
      this.#closeBlock();
      this.#whole.push(piece);
      return;
    }
    let rest = piece;
    while (rest.length > 0) {
      if (this.#filled === this.#block.length) this.#openBlock(rest.length);
      const copied = rest.copy(this.#block, this.#filled);
      this.#filled += copied;
      rest = rest.subarray(copied);
    }
  }

  /** All pieces as one. */
  join(): Buffer<ArrayBuffer> {
    this.#closeBlock();
    return Buffer.concat(this.#whole, this.#bytes);
  }

  /** Blocks grow with the body, so that many small bodies take little. */
  #openBlock(least: number): void {
    this.#closeBlock();
    this.#block = Buffer.allocUnsafeSlow(Math.max(least, Math.min(BLOCK_BYTES, this.#bytes)));
  }

  #closeBlock(): void {
    if (this.#filled > 0) this.#whole.push(this.#block.subarray(0, this.#filled));
    this.#block = NO_BLOCK;
    this.#filled = 0;
  }
}
