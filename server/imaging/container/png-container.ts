import { crc32, inflateSync } from 'node:zlib';
import { type Orientation, orientationTiff, readOrientation } from './exif-orientation.js';
import {
  brokenPicture,
  endsTooEarly,
  KeptParts,
  MAX_PROFILE_BYTES,
  type PictureContainer,
} from './picture-container.js';
import { type PngChunk, pngChunks } from './png-chunks.js';

const SIGNATURE_BYTES = 8;
/** Chunks that are part of the pixels' coding. */
const CODING = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);
const HEADER_BYTES = 13;

/**
 * Takes a PNG apart. What goes on: header, palette, transparency, pixels, a small colour profile, the orientation. What
 * stays behind: all other chunks, among them texts, which may unpack to a thousand times their size, and the frames of an
 * animation after the first.
 *
 * @throws DeepThingsError `DT_PICTURE_BROKEN`
 */
export function readPngContainer(file: Buffer): PictureContainer {
  const kept = new KeptParts(file);
  kept.keep(0, SIGNATURE_BYTES);
  let header: Buffer | null = null;
  let orientation: Orientation | null = null;
  const seen = new Set<string>();
  for (const chunk of pngChunks(file)) {
    const { data, end, start, type } = chunk;
    header ??= type === 'IHDR' && data.length === HEADER_BYTES ? data : unreadableHeader();
    const isFirst = !seen.has(type);
    seen.add(type);
    if (type === 'eXIf' && isFirst && !seen.has('IDAT')) {
      orientation = readOrientation(data);
      if (orientation !== 1) kept.add(pngChunk('eXIf', orientationTiff(orientation)));
    }
    const isNeeded = CODING.has(type) || (type === 'iCCP' && isSmallProfile(chunk));
    if (isNeeded && (isFirst || type === 'IDAT')) kept.keep(start, end);
  }
  if (header === null) unreadableHeader();
  if (!seen.has('IEND')) throw endsTooEarly('PNG', file);
  if (!seen.has('IDAT')) throw brokenPicture('Expected a PNG picture, got one without any data.');
  const codedWidth = header.readUInt32BE(0);
  const codedHeight = header.readUInt32BE(4);
  if (codedWidth === 0 || codedHeight === 0) unreadableHeader();
  return { codedWidth, codedHeight, orientation: orientation ?? 1, essential: kept.join() };
}

function unreadableHeader(): never {
  throw brokenPicture('Expected a PNG picture, got one whose header cannot be read.');
}

/** Unpacks it to see: a name, a zero, the method, then zlib's stream. */
function isSmallProfile({ data }: PngChunk): boolean {
  const name = data.subarray(0, 80).indexOf(0);
  if (name === -1 || data.length > MAX_PROFILE_BYTES) return false;
  try {
    inflateSync(data.subarray(name + 2), { maxOutputLength: MAX_PROFILE_BYTES });
    return true;
  } catch {
    return false;
  }
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), 4 + body.length);
  return chunk;
}
