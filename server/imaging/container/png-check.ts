import { crc32 } from 'node:zlib';
import { brokenPicture } from './broken-picture.js';
import { pngChunks } from './png-chunks.js';

/** Chunks that no picture can do without. */
const CRITICAL = new Set(['IHDR', 'PLTE', 'IDAT']);

/**
 * Compares the check sums of a PNG's critical chunks.
 *
 * @throws DeepThingsError `DT_PICTURE_BROKEN`
 */
export function requireWholePng(file: Buffer): void {
  for (const { end, start, type } of pngChunks(file)) {
    if (!CRITICAL.has(type) || crc32(file.subarray(start + 4, end - 4)) === file.readUInt32BE(end - 4)) continue;
    throw brokenPicture('Expected a whole PNG picture, got one whose data does not match its check sums.');
  }
}
