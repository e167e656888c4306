import type { RgbPicture } from './bilinear-sampling.js';
import { brokenPicture } from './container/picture-container.js';
import type { EssentialPicture } from './essential-picture.js';
import { loadSharp } from './sharp-library.js';

/**
 * Up to this size a picture is decoded whole, 7.5 MB of it, so that it is scaled exactly as Darknet scales it. Frames of
 * 1080p and the pictures that models are compared on are smaller.
 */
const WHOLE_PIXELS = 2.5e6;

/** A larger picture comes at this many times the size wanted. */
const OVERSAMPLING = 2;

/**
 * Decodes a picture to RGB bytes: the right way up, grey and CMYK turned into RGB, what is transparent on black (as
 * sharp does whenever it writes a JPEG), colour profiles left aside (as Darknet does).
 *
 * A picture of more than 2.5 megapixels is reduced while it is decoded, to twice `wanted`, so that what is held depends
 * on the network's input and not on the camera; a JPEG is then not even decoded in full.
 *
 * @param wanted the size, in pixels, that the picture will be scaled to
 * @throws DeepThingsError `DT_PICTURE_BROKEN` when it is truncated or cannot be decoded; a JPEG with flipped bits is
 *   taken, its decoder sees nothing wrong with it
 */
export async function decodePicture(
  picture: EssentialPicture,
  wanted: { readonly width: number; readonly height: number },
): Promise<RgbPicture> {
  const sharp = await loadSharp();
  const pipeline = sharp(picture.bytes, {
    failOn: 'truncated',
    ignoreIcc: true,
    limitInputPixels: picture.width * picture.height,
  })
    .autoOrient()
    .flatten({ background: '#000' })
    .toColourspace('srgb');
  const width = wanted.width * OVERSAMPLING;
  const height = wanted.height * OVERSAMPLING;
  if (picture.width * picture.height > WHOLE_PIXELS && picture.width > width && picture.height > height) {
    pipeline.resize({ width, height, fit: 'fill', kernel: 'linear' });
  }
  try {
    const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height };
  } catch (cause) {
    throw brokenPicture(`Expected a whole ${picture.mediaType} picture, got one that cannot be decoded.`, cause);
  }
}
