import { DeepThingsError } from '../errors.js';
import { hasEnding } from './picture-ending.js';
import { type PictureMediaType, sniffPicture } from './picture-format.js';
import { loadSharp } from './sharp-library.js';

export interface PictureLimits {
  /** Largest picture taken, in bytes as sent. */
  readonly pictureBytes: number;
  /** Largest picture taken, in millions of pixels. */
  readonly pictureMegapixels: number;
}

export interface PictureHeader {
  readonly mediaType: PictureMediaType;
  /** Pixels, the right way up (EXIF orientation applied). */
  readonly width: number;
  readonly height: number;
}

/**
 * What a picture is and how large, from its header: nothing is decoded, so a bomb costs no more than any other.
 *
 * @throws DeepThingsError `DT_PICTURE_EMPTY`, `DT_PICTURE_FORMAT`, `DT_PICTURE_TOO_LARGE` (bytes),
 *   `DT_PICTURE_DIMENSIONS` (pixels), `DT_PICTURE_BROKEN` (no readable header, or its end is missing)
 */
export async function inspectPicture(bytes: Uint8Array, limits: PictureLimits): Promise<PictureHeader> {
  const mediaType = sniffPicture(bytes);
  if (bytes.length > limits.pictureBytes) {
    throw new DeepThingsError(
      'DT_PICTURE_TOO_LARGE',
      `Expected a picture of at most ${limits.pictureBytes} bytes, got ${bytes.length}. ` +
        'Send a smaller one or raise the limit in cluster.yaml.',
    );
  }
  const header = await readHeader(bytes, mediaType);
  const megapixels = (header.width * header.height) / 1e6;
  if (megapixels > limits.pictureMegapixels) {
    throw new DeepThingsError(
      'DT_PICTURE_DIMENSIONS',
      `Expected a picture of at most ${limits.pictureMegapixels} megapixels, got ${header.width}x${header.height} ` +
        `(${megapixels.toFixed(1)} megapixels). Send a smaller one or raise the limit in cluster.yaml.`,
    );
  }
  if (!hasEnding(bytes, mediaType)) {
    throw brokenPicture(`Expected a whole ${mediaType} picture, got ${bytes.length} bytes that end too early.`);
  }
  return header;
}

/**
 * The header alone, without limits: for bytes that `inspectPicture` has let in.
 *
 * @throws DeepThingsError `DT_PICTURE_EMPTY`, `DT_PICTURE_FORMAT`, `DT_PICTURE_BROKEN`
 */
export async function readHeader(bytes: Uint8Array, mediaType = sniffPicture(bytes)): Promise<PictureHeader> {
  const sharp = await loadSharp();
  try {
    // sharp's own limit would hide the size from the message; ours is checked by the caller.
    const { autoOrient } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return { mediaType, width: autoOrient.width, height: autoOrient.height };
  } catch (cause) {
    throw brokenPicture(`Expected a ${mediaType} picture, got one whose header cannot be read.`, cause);
  }
}

/** The one error for a picture of the right format that cannot be decoded. */
export function brokenPicture(message: string, cause?: unknown): DeepThingsError {
  return new DeepThingsError('DT_PICTURE_BROKEN', `${message} Send the picture again, whole.`, { cause });
}
