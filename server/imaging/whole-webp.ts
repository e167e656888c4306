import { brokenPicture } from './container/picture-container.js';
import { readChunks } from './container/webp-container.js';
import { loadSharp } from './sharp-library.js';

/** A decoder needs the last bytes but for two or three, which fill up. Even, so that the padding stays. */
const LAST_BYTES = 8;
/** Pixels a side that the picture is decoded to: libwebp reads all of its data all the same. */
const SMALL = 64;

/**
 * Checks that a WebP's data is that of one picture. libwebp refuses a picture whose data ends too early, but not one that
 * has data left over, as after a hole or where two pictures were mixed. So the picture is decoded without its last bytes:
 * where that works, they are not its own. Animations are taken as they are.
 *
 * @throws DeepThingsError `DT_PICTURE_BROKEN`
 */
export async function requireWholeWebp(file: Buffer): Promise<void> {
  const pixels = readChunks(file, file.length).find(({ type }) => type === 'VP8 ' || type === 'VP8L');
  if (pixels === undefined || pixels.data.length <= LAST_BYTES) return;
  const end = pixels.start + 8 + pixels.data.length;
  const shortened = Buffer.concat([file.subarray(0, end - LAST_BYTES), file.subarray(end)]);
  shortened.writeUInt32LE(shortened.length - 8, 4);
  shortened.writeUInt32LE(pixels.data.length - LAST_BYTES, pixels.start + 4);
  if (!(await isDecodable(shortened))) return;
  throw brokenPicture(
    'Expected a whole WebP picture, got one with data that is not its own: of another, or behind a hole.',
  );
}

async function isDecodable(file: Buffer): Promise<boolean> {
  const sharp = await loadSharp();
  const decoding = sharp(file, { failOn: 'truncated', ignoreIcc: true, limitInputPixels: false })
    .resize({ width: SMALL, height: SMALL, fit: 'fill' })
    .raw()
    .toBuffer();
  return decoding.then(
    () => true,
    () => false,
  );
}
