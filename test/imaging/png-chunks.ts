import { crc32, deflateSync } from 'node:zlib';

/** A PNG of this data, RGB unless said otherwise, whether it fits or not. */
export function pngOf(width: number, height: number, data: Buffer, { depth = 8, colour = 2 } = {}): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', data),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A PNG whose header promises what its data does not hold. */
export function promisingPng(width: number, height: number): Buffer {
  return pngOf(width, height, Buffer.alloc(2_000));
}

/** One chunk, with its right check sum. */
export function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** A PNG with further chunks before its pixels. */
export function withChunks(png: Buffer, ...chunks: readonly Buffer[]): Buffer {
  const end = 8 + 25;
  return Buffer.concat([png.subarray(0, end), ...chunks, png.subarray(end)]);
}

const ONE_UNPACKED = deflateSync(Buffer.alloc(50e6, 'x'));

/** Chunks of 48 kB that unpack to 50 MB each. */
export const PACKED_BOMBS = {
  zTXt: pngChunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0'), ONE_UNPACKED])),
  iTXt: pngChunk('iTXt', Buffer.concat([Buffer.from('Comment\0\x01\0\0\0'), ONE_UNPACKED])),
  iCCP: pngChunk('iCCP', Buffer.concat([Buffer.from('profile\0\0'), ONE_UNPACKED])),
};
