import { crc32 } from 'node:zlib';
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

/** A PNG whose header promises what its data does not hold. */
export function promisingPng(width: number, height: number): Buffer {
  return pngOf(width, height, { depth: 8, colour: 2, data: Buffer.alloc(2_000) });
}

/** A PNG of any header, with that data as it is. */
export function pngOf(
  width: number,
  height: number,
  { depth, colour, data }: { readonly depth: number; readonly colour: number; readonly data: Buffer },
): Buffer {
  const chunk = (type: string, content: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    const check = Buffer.alloc(4);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
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
