import type { CodedBits } from './coded-bits.js';
import { BLOCK_END, type HuffmanTable } from './huffman-table.js';

/** The coefficients that a scan carries, and which of their bits (T.81 G.1.1.1). */
export interface ScanBand {
  readonly first: number;
  readonly last: number;
  /** Bit position of an earlier scan; 0 for a first scan. */
  readonly high: number;
  readonly low: number;
}

/** What a block reader works on. */
export interface BlockSource {
  readonly bits: CodedBits;
  /** Which coefficients are not zero, two words a block; of progressive pictures whose AC coefficients are refined. */
  readonly nonZero: Uint32Array;
  readonly dc: HuffmanTable;
  readonly ac: HuffmanTable;
}

/** Reads over one block: its bits are counted, its values are not worked out. */
export interface BlockReader {
  read(source: BlockSource, block: number): void;
  /** Called where a restart interval begins. */
  restart(): void;
}

const STATELESS = { restart: () => {} };

/** All of a block, as baseline pictures have it. */
const SEQUENTIAL: BlockReader = {
  ...STATELESS,
  read: ({ ac, bits, dc }) => bits.skipBlock(dc, ac),
};

const FIRST_DC: BlockReader = {
  ...STATELESS,
  read: ({ bits, dc }) => bits.skip(bits.symbol(dc) & 15),
};

const REFINED_DC: BlockReader = { ...STATELESS, read: ({ bits }) => bits.skip(1) };

function firstAc({ first, last }: ScanBand): BlockReader {
  let emptyBlocks = 0;
  return {
    restart: () => {
      emptyBlocks = 0;
    },
    read({ ac, bits, nonZero }, block) {
      if (emptyBlocks > 0) {
        emptyBlocks--;
        return;
      }
      for (let at = first; at <= last; at++) {
        const symbol = bits.symbol(ac);
        const size = symbol & 15;
        const run = symbol >> 4;
        if (size === 0 && run !== 15) {
          emptyBlocks = (1 << run) - 1 + bits.bits(run);
          return;
        }
        at += run;
        if (size === 0) continue;
        bits.skip(size);
        if (at < BLOCK_END) mark(nonZero, block, at);
      }
    },
  };
}

/** T.81 G.1.2.3: a correction bit for each coefficient that is not zero already, and new ones of one bit. */
function refinedAc({ first, last }: ScanBand): BlockReader {
  let emptyBlocks = 0;
  return {
    restart: () => {
      emptyBlocks = 0;
    },
    read({ ac, bits, nonZero }, block) {
      let at = first;
      while (emptyBlocks === 0 && at <= last) {
        const symbol = bits.symbol(ac);
        let run = symbol >> 4;
        const isNew = (symbol & 15) !== 0;
        if (isNew) bits.skip(1);
        else if (run !== 15) {
          emptyBlocks = (1 << run) + bits.bits(run);
          break;
        }
        for (; at <= last; at++) {
          if (isMarked(nonZero, block, at)) bits.skip(1);
          else if (--run < 0) break;
        }
        if (isNew && at <= last) mark(nonZero, block, at);
        at++;
      }
      if (emptyBlocks === 0) return;
      bits.skip(countMarked(nonZero, block, at, last));
      emptyBlocks--;
    },
  };
}

/** Returns what reads the blocks of a scan. */
export function blockReader(isProgressive: boolean, band: ScanBand): BlockReader {
  if (!isProgressive) return SEQUENTIAL;
  if (band.first === 0) return band.high === 0 ? FIRST_DC : REFINED_DC;
  return band.high === 0 ? firstAc(band) : refinedAc(band);
}

function mark(nonZero: Uint32Array, block: number, coefficient: number): void {
  const word = 2 * block + (coefficient >> 5);
  if (word < nonZero.length) nonZero[word]! |= 1 << (coefficient & 31);
}

function isMarked(nonZero: Uint32Array, block: number, coefficient: number): boolean {
  return ((nonZero[2 * block + (coefficient >> 5)]! >>> (coefficient & 31)) & 1) === 1;
}

/** Counts the coefficients from `first` to `last` that are not zero. */
function countMarked(nonZero: Uint32Array, block: number, first: number, last: number): number {
  if (first > last) return 0;
  const low = nonZero[2 * block]! & bitsBetween(first, Math.min(last, 31));
  const high = nonZero[2 * block + 1]! & bitsBetween(Math.max(first, 32) - 32, last - 32);
  return bitCount(low) + bitCount(high);
}

/** A word with the bits from `first` to `last` set; none where `last` is before `first`. */
function bitsBetween(first: number, last: number): number {
  if (last < first) return 0;
  return (0xffffffff >>> (31 - last)) & (0xffffffff << first);
}

function bitCount(word: number): number {
  let value = word - ((word >>> 1) & 0x55555555);
  value = (value & 0x33333333) + ((value >>> 2) & 0x33333333);
  return (((value + (value >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
