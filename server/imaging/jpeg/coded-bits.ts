import type { HuffmanTable } from './huffman-table.js';
import { FAST_BITS } from './huffman-table.js';

/**
 * Reads bits of entropy-coded JPEG data, from `start` to `end` (excluded), and takes the zero off that follows each 0xff.
 * After the end it gives zeros, as libjpeg does, and counts them.
 */
export class CodedBits {
  readonly #data: Uint8Array;
  readonly #end: number;
  #at: number;
  /** The next bits are the lowest `#count` ones. */
  #buffer = 0;
  #count = 0;
  /** Bits given that the data has not. */
  #lacking = 0;

  constructor(data: Uint8Array, start: number, end: number) {
    this.#data = data;
    this.#at = start;
    this.#end = end;
  }

  /** Whether bits were used that the data has not. */
  get isOverdrawn(): boolean {
    return this.#lacking > this.#count;
  }

  /** Where the first byte is that is not used, or only in part. */
  get position(): number {
    return Math.max(0, this.#at - Math.floor(Math.max(0, this.#count - this.#lacking) / 8));
  }

  /** Reads a symbol; 0 where the bits are no code, as libjpeg takes it. */
  symbol(table: HuffmanTable): number {
    if (this.#count < 16) this.#fill();
    const entry = table.fast[(this.#buffer >>> (this.#count - FAST_BITS)) & ((1 << FAST_BITS) - 1)]!;
    if (entry !== 0) {
      this.#count -= entry >> 8;
      return entry & 0xff;
    }
    const code = (this.#buffer >>> (this.#count - 16)) & 0xffff;
    const long = table.long(code);
    this.#count -= long >> 8;
    return long & 0xff;
  }

  /** @param count at most 16 */
  bits(count: number): number {
    if (count === 0) return 0;
    if (this.#count < count) this.#fill();
    this.#count -= count;
    return (this.#buffer >>> this.#count) & ((1 << count) - 1);
  }

  /** @param count at most 63 */
  skip(count: number): void {
    let left = count;
    while (left > 16) {
      if (this.#count < 16) this.#fill();
      this.#count -= 16;
      left -= 16;
    }
    if (this.#count < left) this.#fill();
    this.#count -= left;
  }

  #fill(): void {
    const data = this.#data;
    while (this.#count <= 24) {
      let byte = 0;
      if (this.#at < this.#end) {
        byte = data[this.#at++]!;
        if (byte === 0xff) {
          if (data[this.#at] === 0 && this.#at < this.#end) {
            this.#at++;
          } else {
            // Fill bytes before a marker.
            this.#at = this.#end;
            byte = 0;
            this.#lacking += 8;
          }
        }
      } else {
        this.#lacking += 8;
      }
      this.#buffer = (this.#buffer << 8) | byte;
      this.#count += 8;
    }
  }
}
