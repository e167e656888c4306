import type { PictureMediaType } from './picture-format.js';

const JPEG_START_OF_SCAN = 0xda;
/** More than a camera writes by far; who sends more does not keep us busy. */
const JPEG_MAX_SEGMENTS = 65_536;
const JPEG_END_OF_IMAGE = Buffer.from([0xff, 0xd9]);
const PNG_LAST_CHUNK = Buffer.from('IEND', 'latin1');

/**
 * Whether the picture's end is there, judged without decoding: so most uploads that broke off are refused when they
 * arrive. True is no promise that it can be decoded; bytes after the end do not matter, cameras leave some.
 */
export function hasEnding(bytes: Uint8Array, mediaType: PictureMediaType): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (mediaType) {
    case 'image/jpeg':
      return buffer.lastIndexOf(JPEG_END_OF_IMAGE) >= jpegScanOffset(buffer);
    case 'image/png':
      return buffer.lastIndexOf(PNG_LAST_CHUNK) !== -1;
    case 'image/webp':
      // RIFF says how many bytes follow its first eight.
      return buffer.length >= 12 && buffer.readUInt32LE(4) + 8 <= buffer.length;
  }
}

/**
 * Where a JPEG's first scan starts, at least 2. An end marker before it belongs to a thumbnail in the EXIF data; within
 * a scan the coding itself never yields those two bytes. Of a JPEG that is oddly built, as far as the walk came.
 */
function jpegScanOffset(buffer: Buffer): number {
  let at = 2;
  for (let steps = 0; steps < JPEG_MAX_SEGMENTS && at + 4 <= buffer.length; steps++) {
    const marker = buffer[at + 1];
    if (buffer[at] !== 0xff || marker === JPEG_START_OF_SCAN) break;
    // 0xff may be repeated before a marker, to fill.
    at += marker === 0xff ? 1 : 2 + buffer.readUInt16BE(at + 2);
  }
  return at;
}
