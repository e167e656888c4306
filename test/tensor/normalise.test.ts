import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseBytes } from '../../server/tensor/normalise.js';

const numbers = fc.double({ min: -300, max: 300, noNaN: true });

describe('normaliseBytes', () => {
  it('subtracts the mean of the channel and scales', () => {
    const shape = { channels: 3, height: 1, width: 2 };
    const values = normaliseBytes(Uint8Array.of(0, 255, 10, 20, 100, 200), shape, {
      order: 'rgb',
      mean: [0, 10, 100],
      scale: [0.5, 1, 2],
    });
    expect(values).toEqual(Float32Array.of(0, 127.5, 0, 10, 0, 200));
  });

  it('is plain arithmetic in double precision, rounded once', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.nat(6),
        fc.nat(6),
        fc.tuple(numbers, numbers, numbers),
        fc.tuple(numbers, numbers, numbers),
        fc.constantFrom('rgb' as const, 'bgr' as const),
        fc.infiniteStream(fc.nat(255)),
        (channels, height, width, mean, scale, order, stream) => {
          const bytes = Uint8Array.from({ length: channels * height * width }, () => stream.next().value as number);
          const values = normaliseBytes(bytes, { channels, height, width }, { order, mean, scale });
          expect(values).toHaveLength(bytes.length);
          for (const [i, value] of values.entries()) {
            const channel = Math.floor(i / (height * width));
            const plane = order === 'rgb' ? channel : [...Array(channels).keys()].reverse()[channel]!;
            const byte = bytes[plane * height * width + (i % (height * width))]!;
            // `+ 0`: no arithmetic here cares which zero it is.
            expect(value + 0).toBe(Math.fround((byte - mean[channel]!) * scale[channel]!) + 0);
          }
        },
      ),
    );
  });

  it("has the face detector's input as its authors do", () => {
    const mean: [number, number, number] = [117.001, 114.697, 97.404];
    const values = normaliseBytes(
      Uint8Array.of(0, 128, 255),
      { channels: 3, height: 1, width: 1 },
      { order: 'rgb', mean, scale: [1 / 255, 1 / 255, 1 / 255] },
    );
    expect([...values].map((value) => value.toFixed(6))).toEqual(['-0.458827', '0.052169', '0.618024']);
  });
});
