import { brokenPicture } from './container/picture-container.js';
import { essentialPicture } from './essential-picture.js';
import { loadSharp } from './sharp-library.js';

/** Small pictures stand in rows of many. */
const QUALITY = 72;

/**
 * A small copy of a picture, as a JPEG the right way up, in sRGB and without the original's metadata; a picture that is
 * small already keeps its size.
 *
 * @param edge pixels, neither side is longer.
 * @throws DeepThingsError `DT_PICTURE_EMPTY`, `DT_PICTURE_FORMAT`, `DT_PICTURE_BROKEN`
 */
export async function shrinkPicture(bytes: Uint8Array, edge: number): Promise<Buffer> {
  const picture = essentialPicture(bytes);
  const sharp = await loadSharp();
  try {
    return await sharp(picture.bytes, { failOn: 'truncated', limitInputPixels: picture.width * picture.height })
      .autoOrient()
      .resize({ width: edge, height: edge, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#000' })
      .toColourspace('srgb')
      .jpeg({ quality: QUALITY })
      .toBuffer();
  } catch (cause) {
    throw brokenPicture(`Expected a whole ${picture.mediaType} picture, got one that cannot be made smaller.`, cause);
  }
}
