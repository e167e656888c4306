import type { JpegFrame } from '../container/jpeg-frame.js';
import { JPEG_MARKER, jpegSegments } from '../container/jpeg-segments.js';
import { brokenPicture } from '../container/picture-container.js';
import { loadSharp } from '../sharp-library.js';

/**
 * Put at the end of arithmetic-coded data: first the zeros that a decoder looks ahead at, and would take for granted,
 * then bytes of no meaning.
 */
const SPOILER = Buffer.from(`000000005aa4ee38${'c21f8a64d0963b7e'.repeat(3)}`, 'hex');
/** Pixels a side that a DCT block becomes one of; libjpeg then works out no more than that. */
const BLOCK = 8;
/** Levels by which a decoder's rounding may differ. */
const ROUNDING = 2;

/**
 * Checks that arithmetic-coded data is all there. A decoder that has used up its data goes on with zeros and sees nothing
 * wrong. So the picture is decoded twice, at an eighth of its size, once with other bytes behind its data: where they
 * make a difference, data is missing. Cameras write no such pictures; a blank lower edge may be taken for missing.
 *
 * @throws DeepThingsError `DT_PICTURE_BROKEN`
 */
export async function requireWholeArithmetic(file: Buffer, frame: JpegFrame): Promise<void> {
  const [given, spoilt] = [await decodeSmall(file, frame), await decodeSmall(spoil(file), frame)];
  if (given.every((level, at) => Math.abs(level - spoilt[at]!) <= ROUNDING)) return;
  throw brokenPicture('Expected a whole JPEG picture, got one that lacks the data of its lower part.');
}

async function decodeSmall(file: Buffer, { height, width }: JpegFrame): Promise<Buffer> {
  const sharp = await loadSharp();
  try {
    return await sharp(file, { failOn: 'truncated', ignoreIcc: true, limitInputPixels: width * height })
      .resize({ width: Math.ceil(width / BLOCK), height: Math.ceil(height / BLOCK), fit: 'fill', kernel: 'nearest' })
      .raw({ depth: 'uchar' })
      .toBuffer();
  } catch (cause) {
    throw brokenPicture('Expected a whole JPEG picture, got one that cannot be decoded.', cause);
  }
}

/** Puts the spoiler at the end of each scan and before each restart marker. */
function spoil(file: Buffer): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (const { codedStart, end, marker } of jpegSegments(file)) {
    if (marker !== JPEG_MARKER.startOfScan) continue;
    for (let at = file.indexOf(0xff, codedStart); at !== -1 && at < end; at = file.indexOf(0xff, at + 2)) {
      if (file[at + 1] === 0) continue;
      parts.push(file.subarray(from, at), SPOILER);
      from = at;
    }
    parts.push(file.subarray(from, end), SPOILER);
    from = end;
  }
  return Buffer.concat([...parts, file.subarray(from)]);
}
