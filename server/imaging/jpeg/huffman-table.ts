/** Codes of up to so many bits are looked up at once. */
export const FAST_BITS = 9;
/** Bits that `jumps` is looked up by: they hold a code with its value, often two. */
export const JUMP_BITS = 10;
/** Coefficients of a block. */
export const BLOCK_END = 64;
const LONGEST = 16;

/** A JPEG Huffman table (T.81 annex C), made for decoding. */
export class HuffmanTable {
  /** By the next `FAST_BITS` bits: the code's length times 256, plus its symbol; 0 where the code is longer. */
  readonly fast = new Uint16Array(1 << FAST_BITS);
  /** By length: the first code that is too large for it, as 16 bits. */
  readonly #limits = new Int32Array(LONGEST + 1);
  /** By length: what to add to a code for its symbol's place. */
  readonly #offsets = new Int32Array(LONGEST + 1);
  readonly #symbols: Uint8Array;
  #jumps: Uint16Array | null = null;

  /**
   * @param counts how many codes there are of 1, 2, … 16 bits
   * @param symbols in the order of their codes
   */
  constructor(counts: Uint8Array, symbols: Uint8Array) {
    this.#symbols = symbols;
    let code = 0;
    let place = 0;
    for (let length = 1; length <= LONGEST; length++) {
      this.#offsets[length] = place - code;
      for (let left = counts[length - 1]!; left > 0; left--, code++, place++) {
        if (length > FAST_BITS) continue;
        const first = code << (FAST_BITS - length);
        this.fast.fill((length << 8) | symbols[place]!, first, first + (1 << (FAST_BITS - length)));
      }
      this.#limits[length] = code << (LONGEST - length);
      code <<= 1;
    }
  }

  /**
   * Of a table of AC codes of sequential pictures, by the next `JUMP_BITS` bits: how far one goes over the codes and values that these
   * bits hold as a whole. Bits 0 to 3 are the length of them all, 4 to 9 the coefficients that they take but for the last code, 10 to
   * 15 those of the last code; one that ends the block takes 63. 0 where the first code and its value are longer.
   */
  get jumps(): Uint16Array {
    this.#jumps ??= this.#makeJumps();
    return this.#jumps;
  }

  #makeJumps(): Uint16Array {
    const jumps = new Uint16Array(1 << JUMP_BITS);
    for (let bits = 0; bits < jumps.length; bits++) {
      let [length, before, last] = [0, 0, 0];
      while (last < BLOCK_END - 1) {
        const entry = this.fast[((bits << length) >> (JUMP_BITS - FAST_BITS)) & ((1 << FAST_BITS) - 1)]!;
        const size = entry & 15;
        const run = (entry >> 4) & 15;
        const after = length + (entry >> 8) + size;
        if (entry === 0 || after > JUMP_BITS || before + last >= BLOCK_END) break;
        [length, before, last] = [after, before + last, size === 0 && run !== 15 ? BLOCK_END - 1 : run + 1];
      }
      jumps[bits] = (last << 10) | (before << 4) | length;
    }
    return jumps;
  }

  /**
   * Looks up a code of more than `FAST_BITS` bits.
   *
   * @param bits the next 16
   * @returns its length times 256, plus its symbol; 16 bits of symbol 0 for what is no code
   */
  long(bits: number): number {
    for (let length = FAST_BITS + 1; length <= LONGEST; length++) {
      if (bits >= this.#limits[length]!) continue;
      return (length << 8) | this.#symbols[(bits >> (LONGEST - length)) + this.#offsets[length]!]!;
    }
    return LONGEST << 8;
  }
}

/** The tables in force, by class (0 for DC, 1 for AC) times 4 plus number. */
export type HuffmanTables = (HuffmanTable | undefined)[];

/** The place of a table in `HuffmanTables`. */
export function tablePlace(tableClass: 0 | 1, number: number): number {
  return tableClass * 4 + number;
}

/** Takes the tables of a DHT segment over. A segment that is cut or oversubscribed defines no more tables. */
export function defineTables(tables: HuffmanTables, segment: Uint8Array): void {
  let at = 0;
  while (at + 17 <= segment.length) {
    const which = segment[at]!;
    const counts = segment.subarray(at + 1, at + 17);
    const symbols = segment.subarray(at + 17, at + 17 + counts.reduce((sum, count) => sum + count, 0));
    if (which & 0xec || !isSound(counts)) return;
    tables[tablePlace((which >> 4) as 0 | 1, which & 3)] = new HuffmanTable(counts, symbols);
    at += 17 + symbols.length;
  }
}

/** Whether there are no more codes of any length than that length has room for. */
function isSound(counts: Uint8Array): boolean {
  let code = 0;
  return counts.every((count, index) => {
    code = code * 2 + count;
    return code <= 2 << index;
  });
}
