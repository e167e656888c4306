import type { HuffmanTable } from './huffman-table.js';
import { BLOCK_END, FAST_BITS, JUMP_BITS } from './huffman-table.js';

const FAST_MASK = (1 << FAST_BITS) - 1;
const JUMP_MASK = (1 << JUMP_BITS) - 1;

/**
 * Reads bits of entropy-coded JPEG data, from `start` to `end` (excluded), and takes the zero off that follows each 0xff.
 * After the end it gives zeros, as libjpeg does, and counts them.
 */
export class CodedBits {
  readonly #data: Uint8Array;
  readonly #end: number;
  #at: number;
  /** The bytes before it are none of 0xff. */
  #plainEnd: number;
  /** The next bits are the lowest `#count` ones. */
  #buffer = 0;
  #count = 0;
  /** Bits given that the data has not. */
  #lacking = 0;

  constructor(data: Uint8Array, start: number, end: number) {
    this.#data = data;
    this.#at = start;
    this.#end = end;
    this.#plainEnd = this.#nextMark();
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
    const entry = table.fast[(this.#buffer >>> (this.#count - FAST_BITS)) & FAST_MASK]!;
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

  /** Reads over a block of a sequential picture: its DC code, and AC codes up to its last coefficient. */
  skipBlock(dc: HuffmanTable, ac: HuffmanTable): void {
    const data = this.#data;
    const plainEnd = this.#plainEnd;
    const { fast } = dc;
    const { jumps } = ac;
    let at = 0;
    let next = this.#at;
    let buffer = this.#buffer;
    let count = this.#count;
    while (at < BLOCK_END) {
      if (count < 16) {
        if (next + 2 > plainEnd) break;
        buffer = (buffer << 16) | (data[next]! << 8) | data[next + 1]!;
        next += 2;
        count += 16;
      }
      if (at === 0) {
        const entry = fast[(buffer >>> (count - FAST_BITS)) & FAST_MASK]!;
        const length = (entry >> 8) + (entry & 15);
        if (entry === 0 || length > count) break;
        count -= length;
        at = 1;
      } else {
        const jump = jumps[(buffer >>> (count - JUMP_BITS)) & JUMP_MASK]!;
        const last = at + ((jump >> 4) & 63);
        // Codes behind the block's last coefficient are those of the next block.
        if (jump !== 0 && last < BLOCK_END) {
          count -= jump & 15;
          at = last + (jump >> 10);
          continue;
        }
        // One code: its value is long, or the codes behind it are not of this block.
        const entry = ac.fast[(buffer >>> (count - FAST_BITS)) & FAST_MASK]!;
        const length = (entry >> 8) + (entry & 15);
        if (entry === 0 || length > count) break;
        count -= length;
        at += (entry & 15) === 0 && (entry & 0xf0) !== 0xf0 ? BLOCK_END : ((entry >> 4) & 15) + 1;
      }
    }
    this.#at = next;
    this.#buffer = buffer;
    this.#count = count;
    if (at < BLOCK_END) this.#skipRest(dc, ac, at);
  }

  /** Reads over what is left of a block code by code: codes may be long, and the data may end or have a 0xff in it. */
  #skipRest(dc: HuffmanTable, ac: HuffmanTable, from: number): void {
    if (from === 0) this.skip(this.symbol(dc) & 15);
    for (let at = Math.max(1, from); at < BLOCK_END; at++) {
      const symbol = this.symbol(ac);
      const size = symbol & 15;
      const run = symbol >> 4;
      if (size !== 0) this.skip(size);
      else if (run !== 15) return;
      at += run;
    }
  }

  /** Adds 16 bits at least. There are fewer in the buffer before. */
  #fill(): void {
    const data = this.#data;
    if (this.#at + 2 <= this.#plainEnd) {
      this.#buffer = (this.#buffer << 16) | (data[this.#at]! << 8) | data[this.#at + 1]!;
      this.#at += 2;
      this.#count += 16;
      return;
    }
    while (this.#count <= 24) {
      let byte = 0;
      if (this.#at < this.#plainEnd) byte = data[this.#at++]!;
      else if (this.#at < this.#end) {
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
        this.#plainEnd = this.#nextMark();
      } else {
        this.#lacking += 8;
      }
      this.#buffer = (this.#buffer << 8) | byte;
      this.#count += 8;
    }
  }

  /** Returns where the next 0xff is. */
  #nextMark(): number {
    const at = this.#data.indexOf(0xff, this.#at);
    return at === -1 ? this.#end : Math.min(at, this.#end);
  }
}
