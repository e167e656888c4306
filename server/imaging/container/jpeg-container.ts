import { DeepThingsError } from '../../errors.js';
import { type Orientation, orientationTiff, readOrientation } from './exif-orientation.js';
import { isCodingSegment, isFrameHeader, type JpegFrame, readFrame } from './jpeg-frame.js';
import { JPEG_MARKER, type JpegSegment, jpegSegments } from './jpeg-segments.js';
import { brokenPicture, endsTooEarly, KeptParts, type PictureContainer } from './picture-container.js';

/**
 * Each scan makes a decoder visit every block, however few bytes it has. Encoders write one to four scans, progressive
 * ones ten, of CMYK 18.
 */
const MAX_SCANS = 32;

const EXIF = Buffer.from('Exif\0\0', 'latin1');
const JFIF = Buffer.from('JFIF\0', 'latin1');
const ADOBE = Buffer.from('Adobe', 'latin1');
/** Of a profile in one segment: the first of one. */
const WHOLE_PROFILE = Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1');

/**
 * Takes a JPEG apart. What goes on: frame header, tables, scans, JFIF and Adobe segments (how colours are coded), a
 * colour profile of one segment, the orientation. What stays behind: other APP segments, comments, stray bytes, and
 * whatever follows the end, such as further pictures (MPF) and gain maps.
 *
 * @throws DeepThingsError `DT_PICTURE_FORMAT` (12 bits, lossless, JPEG-LS), `DT_PICTURE_BROKEN`
 */
export function readJpegContainer(file: Buffer): PictureContainer {
  const kept = new KeptParts(file);
  kept.keep(0, 2);
  let frame: JpegFrame | null = null;
  let orientation: Orientation | null = null;
  let scans = 0;
  let isWhole = false;
  for (const segment of jpegSegments(file)) {
    const { data, end, marker, start } = segment;
    if (isFrameHeader(marker)) {
      if (frame !== null) throw brokenPicture('Expected a JPEG picture, got two that are mixed into each other.');
      frame = readFrame(segment);
    }
    if (marker === JPEG_MARKER.startOfScan && ++scans > MAX_SCANS) throw tooManyScans();
    if (marker === JPEG_MARKER.app1 && orientation === null && startsWith(data, EXIF)) {
      orientation = readOrientation(data);
      if (orientation !== 1) kept.add(orientationSegment(orientation));
    }
    if (isKept(segment)) kept.keep(start, end);
    isWhole = marker === JPEG_MARKER.endOfImage;
  }
  if (frame === null) throw brokenPicture('Expected a JPEG picture, got one whose header cannot be read.');
  if (!isWhole) throw endsTooEarly('JPEG', file);
  if (scans === 0) throw brokenPicture('Expected a JPEG picture, got one without any data.');
  return {
    codedWidth: frame.width,
    codedHeight: frame.height,
    orientation: orientation ?? 1,
    essential: kept.join(),
  };
}

function isKept(segment: JpegSegment): boolean {
  const { data, marker } = segment;
  switch (marker) {
    case JPEG_MARKER.startOfScan:
    case JPEG_MARKER.endOfImage:
      return true;
    case JPEG_MARKER.app0:
      return startsWith(data, JFIF);
    case JPEG_MARKER.app2:
      return startsWith(data, WHOLE_PROFILE);
    case JPEG_MARKER.app14:
      return startsWith(data, ADOBE);
    default:
      return isFrameHeader(marker) || isCodingSegment(segment);
  }
}

function startsWith(data: Buffer, mark: Buffer): boolean {
  return data.subarray(0, mark.length).equals(mark);
}

function orientationSegment(orientation: Orientation): Buffer {
  const tiff = orientationTiff(orientation);
  const head = Buffer.from([0xff, JPEG_MARKER.app1, 0, 2 + EXIF.length + tiff.length]);
  return Buffer.concat([head, EXIF, tiff]);
}

function tooManyScans(): DeepThingsError {
  return new DeepThingsError(
    'DT_PICTURE_FORMAT',
    `Expected a JPEG of at most ${MAX_SCANS} scans, got one of more. Save it as an ordinary JPEG and send that.`,
  );
}
