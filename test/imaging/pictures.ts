import { expect } from 'vitest';
import type { DeepThingsError } from '../../server/errors.js';
import { loadSharp } from '../../server/imaging/sharp-library.js';

export type Rgb = readonly [number, number, number];

/** RGB pixels from a function of place, `[height, width, 3]`. */
export function paint(width: number, height: number, colourAt: (x: number, y: number) => Rgb): Buffer {
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) pixels.set(colourAt(x, y), (y * width + x) * 3);
  }
  return pixels;
}

/** Painted pixels as a sharp picture, to be written in any format. */
export async function painted(width: number, height: number, colourAt: (x: number, y: number) => Rgb) {
  const sharp = await loadSharp();
  return sharp(paint(width, height, colourAt), { raw: { width, height, channels: 3 } });
}

/** Enough detail to fill a file, and the same on every run. */
export function speckled(width: number, height: number) {
  return painted(width, height, (x, y) => [(x * 7 + y * 3) & 255, (x * y) & 255, (x ^ y) & 255]);
}

/** Matches an error by its code. */
export function withCode(code: string): Partial<DeepThingsError> {
  return expect.objectContaining({ name: 'DeepThingsError', code });
}

export async function pixelsOf(picture: Uint8Array) {
  const sharp = await loadSharp();
  const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
  return {
    width: info.width,
    height: info.height,
    at: (x: number, y: number): Rgb => {
      const [r, g, b] = data.subarray((y * info.width + x) * info.channels);
      return [r!, g!, b!];
    },
  };
}

/** The largest difference of two colours, in levels. */
export function colourDistance(a: Rgb, b: Rgb): number {
  return Math.max(...a.map((level, channel) => Math.abs(level - b[channel]!)));
}
