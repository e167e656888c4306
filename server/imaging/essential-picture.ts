import { readJpegContainer } from './container/jpeg-container.js';
import type { PictureContainer } from './container/picture-container.js';
import { readPngContainer } from './container/png-container.js';
import { readWebpContainer } from './container/webp-container.js';
import { type PictureMediaType, sniffPicture } from './picture-format.js';

export interface PictureHeader {
  readonly mediaType: PictureMediaType;
  /** Pixels, the right way up (EXIF orientation applied). */
  readonly width: number;
  readonly height: number;
}

/** A picture reduced to what its pixels need, so that no decoder sees anything else that a file may hold. */
export interface EssentialPicture extends PictureHeader {
  readonly bytes: Buffer;
}

const READERS: Readonly<Record<PictureMediaType, (file: Buffer) => PictureContainer>> = {
  'image/jpeg': readJpegContainer,
  'image/png': readPngContainer,
  'image/webp': readWebpContainer,
};

/**
 * Reads a picture's size from its header and leaves out what is not needed to decode it: texts, EXIF data but for the
 * orientation, thumbnails, large colour profiles, further pictures. libvips unpacks such parts before it looks at
 * anything else, and no limit of its own bounds that. So every reader of a picture starts here. Nothing is decoded, and
 * the bytes are copied at most once.
 *
 * @throws DeepThingsError `DT_PICTURE_EMPTY`, `DT_PICTURE_FORMAT`, `DT_PICTURE_BROKEN` (no readable header, or its end is
 *   missing)
 */
export function essentialPicture(bytes: Uint8Array): EssentialPicture {
  const mediaType = sniffPicture(bytes);
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { codedHeight, codedWidth, essential, orientation } = READERS[mediaType](file);
  const [width, height] = orientation < 5 ? [codedWidth, codedHeight] : [codedHeight, codedWidth];
  return { mediaType, width, height, bytes: essential };
}
