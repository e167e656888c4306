import { requireWholePng } from './container/png-chunks.js';
import type { EssentialPicture } from './essential-picture.js';
import { requireWholeJpeg } from './jpeg/whole-jpeg.js';
import { requireWholeWebp } from './whole-webp.js';

/**
 * Checks that a picture's data is all there, as far as its decoder would not say so: libjpeg paints grey what is missing,
 * libpng takes data with a wrong check sum, libwebp does not miss data that is left over. Nothing is decoded, but for WebPs
 * and JPEGs with arithmetic coding, neither of which cameras send.
 *
 * @throws DeepThingsError `DT_PICTURE_BROKEN`
 */
export async function requireWhole({ bytes, mediaType }: EssentialPicture): Promise<void> {
  if (mediaType === 'image/jpeg') await requireWholeJpeg(bytes);
  if (mediaType === 'image/png') requireWholePng(bytes);
  if (mediaType === 'image/webp') await requireWholeWebp(bytes);
}
