import { DeepThingsError } from '../errors.js';
import { requireWholePng } from './container/png-chunks.js';
import { type EssentialPicture, essentialPicture, type PictureHeader } from './essential-picture.js';
import { requireWholeJpeg } from './jpeg/whole-jpeg.js';
import { sniffPicture } from './picture-format.js';
import { requireWholeWebp } from './whole-webp.js';

export interface PictureLimits {
  /** Largest picture taken, in bytes as sent. */
  readonly pictureBytes: number;
  /** Largest picture taken, in millions of pixels. */
  readonly pictureMegapixels: number;
}

/**
 * Pixels of the longest side taken. A decoder's rows and tables grow with the width alone, whatever the area. JPEG ends
 * at 65,535, WebP at 16,383; panoramas of 50 megapixels are shorter.
 */
const LONGEST_SIDE = 100_000;
/** How many times as long as the shorter side the longer one may be: of a longer picture a network would see one row. */
const LONGEST_PROPORTION = 1_000;

/**
 * Checks a picture, and reads what it is and how large, from its header: nothing is unpacked or decoded, so a bomb costs no
 * more than any other picture.
 *
 * @throws DeepThingsError `DT_PICTURE_EMPTY`, `DT_PICTURE_FORMAT`, `DT_PICTURE_TOO_LARGE` (bytes),
 *   `DT_PICTURE_DIMENSIONS` (pixels, sides, proportions), `DT_PICTURE_BROKEN` (no readable header, or its end is missing)
 */
export function inspectHeader(bytes: Uint8Array, limits: PictureLimits): EssentialPicture {
  sniffPicture(bytes);
  if (bytes.length > limits.pictureBytes) {
    throw new DeepThingsError(
      'DT_PICTURE_TOO_LARGE',
      `Expected a picture of at most ${limits.pictureBytes} bytes, got ${bytes.length}. ` +
        'Send a smaller one or raise the limit in cluster.yaml.',
    );
  }
  const picture = essentialPicture(bytes);
  requireDimensions(picture.width, picture.height, limits.pictureMegapixels);
  return picture;
}

/**
 * As `inspectHeader`, and checks that the picture's data is all there: for pictures that no other node has checked.
 *
 * @throws DeepThingsError as `inspectHeader`; `DT_PICTURE_BROKEN` for data that is missing too
 */
export async function inspectPicture(bytes: Uint8Array, limits: PictureLimits): Promise<PictureHeader> {
  const picture = inspectHeader(bytes, limits);
  await requireWhole(picture);
  const { height, mediaType, width } = picture;
  return { mediaType, width, height };
}

/**
 * Checks that a picture's data is all there, as far as its decoder would not say so: libjpeg paints grey what is missing,
 * libpng takes data with a wrong check sum, libwebp does not miss data that is left over. Nothing is decoded, but for WebPs
 * and JPEGs with arithmetic coding, neither of which cameras send.
 *
 * @throws DeepThingsError `DT_PICTURE_BROKEN`
 */
async function requireWhole({ bytes, mediaType }: EssentialPicture): Promise<void> {
  if (mediaType === 'image/jpeg') await requireWholeJpeg(bytes);
  if (mediaType === 'image/png') requireWholePng(bytes);
  if (mediaType === 'image/webp') await requireWholeWebp(bytes);
}

function requireDimensions(width: number, height: number, mostMegapixels: number): void {
  const megapixels = (width * height) / 1e6;
  const refuse = (bound: string, what: string, remedy: string) => {
    throw new DeepThingsError('DT_PICTURE_DIMENSIONS', `Expected a picture ${bound}, got ${what}. ${remedy}.`);
  };
  if (megapixels > mostMegapixels) {
    const what = `${width}x${height} (${megapixels.toFixed(1)} megapixels)`;
    refuse(`of at most ${mostMegapixels} megapixels`, what, 'Send a smaller one or raise the limit in cluster.yaml');
  }
  const longer = Math.max(width, height);
  if (longer > LONGEST_SIDE) {
    refuse(`of at most ${LONGEST_SIDE} pixels a side`, `${width}x${height}`, 'Send it smaller, or in pieces');
  }
  if (longer > LONGEST_PROPORTION * Math.min(width, height)) {
    const bound = `whose longer side is at most ${LONGEST_PROPORTION} times the shorter one`;
    refuse(bound, `${width}x${height}`, 'Send it in pieces');
  }
}
