import { brokenPicture } from '../container/picture-container.js';
import { essentialPicture } from '../essential-picture.js';
import { loadSharp } from '../sharp-library.js';
import { drawAnnotations } from './annotation-drawing.js';
import {
  type AnnotatedClass,
  type AnnotatedDetection,
  annotationScale,
  layOutAnnotations,
  layOutClasses,
} from './annotation-layout.js';
import { loadLabelFont } from './label-font.js';

export type { AnnotatedDetection };

export interface AnnotateOptions {
  /** What the picture as a whole is, best first; none by default. */
  readonly classes?: readonly AnnotatedClass[];
  /** Of the JPEG, 1 to 100; 85 by default. */
  readonly quality?: number;
  /** A larger picture is drawn smaller, so that drawing takes no more memory than that: 4 by default. */
  readonly maxMegapixels?: number;
}

const DEFAULT_QUALITY = 85;
const DEFAULT_MEGAPIXELS = 4;
/** Pixels of the longest side that encoders write. */
const JPEG_SIDE = 65_500;

/**
 * The picture with a box, a label and a score for each detection, and its classes in a column, as a JPEG the right way up
 * (EXIF orientation applied), in sRGB and without the original's metadata, which may tell where it was taken.
 *
 * @param detections in pixels of the picture the right way up
 * @throws DeepThingsError `DT_PICTURE_EMPTY`, `DT_PICTURE_FORMAT`, `DT_PICTURE_BROKEN`
 */
export async function annotatePicture(
  bytes: Uint8Array,
  detections: readonly AnnotatedDetection[],
  options: AnnotateOptions = {},
): Promise<Buffer> {
  const picture = essentialPicture(bytes);
  const [sharp, font] = await Promise.all([loadSharp(), loadLabelFont()]);
  const size = sizeWithin(picture, options.maxMegapixels ?? DEFAULT_MEGAPIXELS);
  const scale = annotationScale(size.width, size.height);
  const textWidth = (text: string) => (font.widthOf(text) * scale.text) / font.unitsPerEm;
  const annotations = [
    ...layOutAnnotations(size, resized(detections, picture, size), scale, textWidth),
    ...layOutClasses(size, options.classes ?? [], scale, textWidth),
  ];
  const drawing = drawAnnotations(size, annotations, scale, font);
  try {
    return await sharp(picture.bytes, { failOn: 'truncated', limitInputPixels: picture.width * picture.height })
      .autoOrient()
      .resize({ ...size, fit: 'fill' })
      .flatten({ background: '#000' })
      .composite([{ input: Buffer.from(drawing), left: 0, top: 0 }])
      .toColourspace('srgb')
      // Chroma subsampling would smear thin coloured lines; optimised coding would hold all coefficients, six bytes a
      // pixel, to save a twentieth of the file.
      .jpeg({ quality: options.quality ?? DEFAULT_QUALITY, chromaSubsampling: '4:4:4', optimiseCoding: false })
      .toBuffer();
  } catch (cause) {
    throw brokenPicture(`Expected a whole ${picture.mediaType} picture, got one that cannot be drawn on.`, cause);
  }
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function sizeWithin({ width, height }: Size, megapixels: number): Size {
  const factor = Math.min(1, Math.sqrt((megapixels * 1e6) / (width * height)), JPEG_SIDE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

function resized(detections: readonly AnnotatedDetection[], from: Size, to: Size): AnnotatedDetection[] {
  const across = to.width / from.width;
  const down = to.height / from.height;
  return detections.map((detection) => {
    const { x, y, width, height } = detection.pixels;
    const pixels = { x: x * across, y: y * down, width: width * across, height: height * down };
    return { ...detection, pixels };
  });
}
