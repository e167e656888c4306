import { type Orientation, orientationTiff, readOrientation } from './exif-orientation.js';
import {
  brokenPicture,
  endsTooEarly,
  KeptParts,
  MAX_PARTS,
  MAX_PROFILE_BYTES,
  type PictureContainer,
} from './picture-container.js';

const RIFF_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
const VP8X_BYTES = 10;
/** Flags in the first byte of VP8X. */
const FLAG = { profile: 0x20, alpha: 0x10, exif: 0x08, animation: 0x02 } as const;

export interface WebpChunk {
  /** Four characters. */
  readonly type: string;
  readonly start: number;
  /** With its padding to an even length. */
  readonly end: number;
  readonly data: Buffer;
}

/**
 * Takes a WebP apart. What goes on: the picture with its alpha, of an animation the first frame, a small colour profile,
 * the orientation. What stays behind: further frames, EXIF, XMP, unknown chunks, and what follows the end.
 *
 * @throws DeepThingsError `DT_PICTURE_BROKEN`
 */
export function readWebpContainer(file: Buffer): PictureContainer {
  const end = file.length < RIFF_HEADER_BYTES ? Number.POSITIVE_INFINITY : file.readUInt32LE(4) + 8;
  if (end > file.length) throw endsTooEarly('WebP', file);
  const chunks = readChunks(file, end);
  const first = chunks[0];
  if (first?.type === 'VP8X' && first.data.length === VP8X_BYTES) return readExtended(file, chunks);
  const size = first && codedSize(first);
  if (!size) unreadableHeader();
  // The simple format: decoders look no further than its one chunk.
  const essential = first.end === file.length ? file : riff(file.subarray(first.start, first.end));
  return { ...size, orientation: 1, essential };
}

function readExtended(file: Buffer, chunks: readonly WebpChunk[]): PictureContainer {
  const canvas = chunks[0]!.data;
  const flags = canvas[0]!;
  const codedWidth = 1 + canvas.readUIntLE(4, 3);
  const codedHeight = 1 + canvas.readUIntLE(7, 3);
  const find = (type: string) => chunks.find((chunk) => chunk.type === type);
  const profile = (flags & FLAG.profile) !== 0 ? find('ICCP') : undefined;
  const exif = (flags & FLAG.exif) !== 0 ? find('EXIF') : undefined;
  const orientation: Orientation = exif === undefined ? 1 : readOrientation(exif.data);
  const keepsProfile = profile !== undefined && profile.data.length <= MAX_PROFILE_BYTES;
  const isAnimated = (flags & FLAG.animation) !== 0;

  const header = Buffer.from(canvas);
  header[0] =
    (flags & (FLAG.alpha | FLAG.animation)) | (keepsProfile ? FLAG.profile : 0) | (orientation === 1 ? 0 : FLAG.exif);
  const pixels = isAnimated ? [find('ANIM'), find('ANMF')] : [find('ALPH'), find('VP8 ') ?? find('VP8L')];
  const size = pixels[1] && codedSize(pixels[1]);
  if (
    pixels[1] === undefined ||
    (!isAnimated && !(size?.codedWidth === codedWidth && size.codedHeight === codedHeight))
  ) {
    unreadableHeader();
  }
  const kept = new KeptParts(file);
  kept.add(webpChunk('VP8X', header));
  for (const chunk of [keepsProfile ? profile : undefined, ...pixels]) {
    if (chunk !== undefined) kept.keep(chunk.start, chunk.end);
  }
  if (orientation !== 1) kept.add(webpChunk('EXIF', orientationTiff(orientation)));
  return { codedWidth, codedHeight, orientation, essential: riff(kept.join()) };
}

/** Reads the chunks of a WebP that ends at `end`; does not look into them. */
export function readChunks(file: Buffer, end: number): WebpChunk[] {
  const chunks: WebpChunk[] = [];
  let at = RIFF_HEADER_BYTES;
  while (at + CHUNK_HEADER_BYTES <= end) {
    const length = file.readUInt32LE(at + 4);
    const dataEnd = at + CHUNK_HEADER_BYTES + length;
    if (dataEnd > end || chunks.length === MAX_PARTS) {
      throw brokenPicture('Expected a whole WebP picture, got one whose parts do not fit into it.');
    }
    const type = file.toString('latin1', at, at + 4);
    const next = Math.min(dataEnd + (length & 1), end);
    chunks.push({ type, start: at, end: next, data: file.subarray(at + CHUNK_HEADER_BYTES, dataEnd) });
    at = next;
  }
  return chunks;
}

/** The size that the coded picture itself states; undefined where that cannot be read. */
function codedSize({ type, data }: WebpChunk): { codedWidth: number; codedHeight: number } | undefined {
  if (type === 'VP8 ' && data.length >= 10 && data.readUIntBE(3, 3) === 0x9d012a) {
    const [codedWidth, codedHeight] = [data.readUInt16LE(6) & 0x3fff, data.readUInt16LE(8) & 0x3fff];
    return codedWidth === 0 || codedHeight === 0 ? undefined : { codedWidth, codedHeight };
  }
  if (type === 'VP8L' && data.length >= 5 && data[0] === 0x2f) {
    const bits = data.readUInt32LE(1);
    return { codedWidth: 1 + (bits & 0x3fff), codedHeight: 1 + ((bits >>> 14) & 0x3fff) };
  }
  return undefined;
}

function webpChunk(type: string, data: Buffer): Buffer {
  const head = Buffer.from(`${type}\0\0\0\0`, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length & 1)]);
}

function riff(chunks: Buffer): Buffer {
  const head = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  head.writeUInt32LE(4 + chunks.length, 4);
  return Buffer.concat([head, chunks]);
}

function unreadableHeader(): never {
  throw brokenPicture('Expected a WebP picture, got one whose header cannot be read.');
}
