/**
 * Half-precision floats (IEEE 754 binary16: sign, 5 bits of exponent, 10 of mantissa) by small tables, after J. van der
 * Zijp, "Fast Half Float Conversions"; a typed array of them does not exist in Node 20.
 */

/** The largest finite half; what is larger travels as this. */
export const LARGEST_FLOAT16 = 65504;

const IMPLICIT_BIT = 0x80_0000;
const MANTISSA = 0x7f_ffff;
const INFINITE = 0x7c00;
const LARGEST_BITS = 0x7bff;
const QUIET_BIT = 0x200;
/** Shifts any mantissa, rounded, to nothing. */
const SHIFT_OUT = 25;

/**
 * By a single's sign and exponent (its upper 9 bits): the half's bits before the mantissa, whose implicit bit counts as
 * one exponent step, is added, and how far that mantissa is shifted to the right.
 */
const BASE = new Uint16Array(512);
const SHIFT = new Uint8Array(512);
for (let upper = 0; upper < 512; upper++) {
  const sign = upper < 256 ? 0 : 0x8000;
  const exponent = (upper & 0xff) - 127;
  if (exponent < -14) {
    BASE[upper] = sign;
    SHIFT[upper] = Math.min(SHIFT_OUT, -1 - exponent);
  } else if (exponent <= 15) {
    BASE[upper] = sign | ((exponent + 14) << 10);
    SHIFT[upper] = 13;
  } else {
    BASE[upper] = sign | INFINITE;
    SHIFT[upper] = SHIFT_OUT;
  }
}

/** By a half's sign and exponent (its upper 6 bits): where its mantissa's entry starts, and the single's bits to add. */
const OFFSET = new Uint16Array(64).fill(1024);
const EXPONENT = new Int32Array(64);
/** Bits of singles: the first 1024 of subnormal halves, then of the mantissas of normal ones. */
const MANTISSAS = new Int32Array(2048);
for (let upper = 0; upper < 64; upper++) {
  const sign = upper < 32 ? 0 : -0x8000_0000;
  const exponent = upper & 31;
  if (exponent === 0) OFFSET[upper] = 0;
  EXPONENT[upper] = sign + (exponent === 0 ? 0 : (exponent === 31 ? 255 : exponent + 112) * IMPLICIT_BIT);
}
const one = new Float32Array(1);
const oneBits = new Int32Array(one.buffer);
for (let mantissa = 0; mantissa < 1024; mantissa++) {
  one[0] = mantissa * 2 ** -24;
  MANTISSAS[mantissa] = oneBits[0]!;
  MANTISSAS[1024 + mantissa] = mantissa << 13;
}

/**
 * Rounds to the nearest half, ties to even. Finite values beyond the largest half become that; infinities and NaN stay
 * what they are, so that a broken network is not hidden.
 *
 * @returns the halves' bits.
 */
export function toFloat16(values: Float32Array): Uint16Array {
  // Signed: V8 does sums of unsigned 32-bit values as doubles.
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const single = bits[i]!;
    const upper = single >>> 23;
    const shift = SHIFT[upper]!;
    const mantissa = (single & MANTISSA) | IMPLICIT_BIT;
    // Half a unit less one, and the last bit that stays: up beyond the middle, at the middle to even.
    const half = BASE[upper]! + ((mantissa + (1 << (shift - 1)) - 1 + ((mantissa >>> shift) & 1)) >>> shift);
    halves[i] = (half & 0x7fff) < INFINITE ? half : beyondLargest(single);
  }
  return halves;
}

/** @param halves their bits. */
export function fromFloat16(halves: Uint16Array): Float32Array {
  const bits = new Int32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i]!;
    const upper = half >>> 10;
    bits[i] = (MANTISSAS[OFFSET[upper]! + (half & 0x3ff)]! + EXPONENT[upper]!) | 0;
  }
  return new Float32Array(bits.buffer);
}

function beyondLargest(single: number): number {
  const sign = (single >>> 16) & 0x8000;
  const magnitude = single & 0x7fff_ffff;
  const infinite = 0x7f80_0000;
  if (magnitude < infinite) return sign | LARGEST_BITS;
  if (magnitude === infinite) return sign | INFINITE;
  return sign | INFINITE | ((magnitude & MANTISSA) >>> 13 || QUIET_BIT);
}
