import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromFloat16, LARGEST_FLOAT16, toFloat16 } from '../../server/tensor/float16.js';
import { decodeMap, encodeMap } from '../../server/tensor/map-tensor.js';
import { propertyRuns } from '../support/property-runs.js';

const every = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);

/** The value of a half by its definition. */
function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + mantissa) * 2 ** (exponent - 25);
}

/** The nearest half of a number by its definition: steps of the magnitude's binade, ties to even. */
function nearest(value: number): number {
  if (!Number.isFinite(value) || value === 0) return value;
  const exponent = Math.max(-14, Math.floor(Math.log2(Math.abs(value))));
  const step = 2 ** (exponent - 10);
  const steps = Math.abs(value) / step;
  const below = Math.floor(steps);
  const up = steps - below > 0.5 || (steps - below === 0.5 && below % 2 === 1);
  return Math.sign(value) * Math.min(LARGEST_FLOAT16, (below + (up ? 1 : 0)) * step);
}

const rounded = (value: number) => fromFloat16(toFloat16(Float32Array.of(value)))[0]!;

describe('halves', () => {
  it('are what their bits say, all of them', () => {
    const values = fromFloat16(every);
    for (const bits of every) {
      if (!Object.is(values[bits], halfOf(bits))) expect([bits, values[bits]]).toEqual([bits, halfOf(bits)]);
    }
  });

  it('come back with the same bits, all of them, NaN as well', () => {
    expect(toFloat16(fromFloat16(every))).toEqual(every);
  });

  it('are the nearest to any single, ties to even', () => {
    fc.assert(
      fc.property(fc.float(), (value) => {
        expect(rounded(value)).toBe(nearest(value));
      }),
      { numRuns: propertyRuns(20_000) },
    );
  });

  it('in the middle of two are the even one, beside it the nearer one', () => {
    const next = Float32Array.of(0);
    const nextBits = new Uint32Array(next.buffer);
    for (let bits = 0; bits < 0x7bff; bits++) {
      const low = halfOf(bits);
      const high = halfOf(bits + 1);
      const middle = (low + high) / 2;
      next[0] = middle;
      expect(next[0]).toBe(middle);
      nextBits[0]!--;
      const below = next[0]!;
      nextBits[0]! += 2;
      const above = next[0]!;
      const even = bits % 2 === 0 ? low : high;
      if (rounded(middle) !== even || rounded(-middle) !== -even || rounded(below) !== low || rounded(above) !== high)
        throw new Error(`between the halves ${bits} and ${bits + 1}`);
    }
  });

  it.each([
    [65_504, 65_504],
    [65_519.996, 65_504],
    [65_520, 65_504],
    [65_536, 65_504],
    [3.4e38, 65_504],
    [-1e30, -65_504],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
    [Number.NaN, Number.NaN],
    [-0, -0],
    [1e-45, 0],
    [2 ** -25, 0],
    [2 ** -24, 2 ** -24],
    [-(2 ** -26), -0],
  ])('hold the largest finite value at most: %d becomes %d', (value, expected) => {
    expect(rounded(value)).toBe(expected);
  });

  it('of a NaN whose bits a half has no room for are still NaN', () => {
    const odd = new Float32Array(Uint32Array.of(0x7f80_0001, 0xff80_0001).buffer);
    expect([...toFloat16(odd)]).toEqual([0x7e00, 0xfe00]);
  });

  it('are made of a view as of a whole array', () => {
    const view = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    expect([...fromFloat16(toFloat16(view))]).toEqual([1, 2]);
  });
});

describe('a feature map as it travels', () => {
  const data = Float32Array.of(1 / 3, -2, 70_000);
  it('as singles is the data itself', () => {
    const tensor = encodeMap(data, [1, 1, 3], 'f32');
    expect(tensor).toEqual({ type: 'F32', shape: [1, 1, 3], data });
    expect(decodeMap(tensor)).toBe(data);
  });

  it('as halves has 11 significant bits', () => {
    const tensor = encodeMap(data, [1, 1, 3], 'f16');
    expect([tensor.type, tensor.shape, tensor.data.byteLength]).toEqual(['F16', [1, 1, 3], 6]);
    expect([...decodeMap(tensor)!]).toEqual([0.333251953125, -2, 65_504]);
  });

  it('is never bytes', () => {
    expect(decodeMap({ type: 'U8', shape: [1], data: Uint8Array.of(1) })).toBeNull();
  });
});
