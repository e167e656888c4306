import { crc32 } from 'node:zlib';
import { brokenPicture, MAX_PARTS } from './picture-container.js';

export interface PngChunk {
  /** Four letters. */
  readonly type: string;
  readonly start: number;
  /** After its check sum. */
  readonly end: number;
  readonly data: Buffer;
}

const SIGNATURE_BYTES = 8;
/** Length, type and check sum. */
const FRAME_BYTES = 12;

/**
 * Yields the chunks of a PNG, up to its end chunk; does not look into them. Stops without an end chunk where the file has
 * none, or more chunks than any PNG has.
 */
export function* pngChunks(file: Buffer): Generator<PngChunk> {
  let at = SIGNATURE_BYTES;
  for (let parts = 0; parts < MAX_PARTS && at + FRAME_BYTES <= file.length; parts++) {
    const end = at + FRAME_BYTES + file.readUInt32BE(at);
    if (end > file.length) break;
    const type = file.toString('latin1', at + 4, at + 8);
    yield { type, start: at, end, data: file.subarray(at + 8, end - 4) };
    if (type === 'IEND') return;
    at = end;
  }
}

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
