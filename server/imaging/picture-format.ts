import { DeepThingsError } from '../errors.js';

export type PictureMediaType = 'image/jpeg' | 'image/png' | 'image/webp';

/** For messages: what a picture may be. */
const EXPECTED = 'a JPEG, PNG or WebP picture';

interface Signature {
  readonly name: string;
  readonly mediaType?: PictureMediaType;
  /** Bytes (latin 1) and where they must stand. */
  readonly marks: readonly (readonly [offset: number, bytes: string])[];
}

/** Those with a media type are taken, the others only named when they are refused. */
const SIGNATURES: readonly Signature[] = [
  { name: 'JPEG', mediaType: 'image/jpeg', marks: [[0, '\xff\xd8\xff']] },
  { name: 'PNG', mediaType: 'image/png', marks: [[0, '\x89PNG\r\n\x1a\n']] },
  {
    name: 'WebP',
    mediaType: 'image/webp',
    marks: [
      [0, 'RIFF'],
      [8, 'WEBP'],
    ],
  },
  { name: 'GIF', marks: [[0, 'GIF8']] },
  { name: 'BMP', marks: [[0, 'BM']] },
  { name: 'TIFF', marks: [[0, 'II*\0']] },
  { name: 'TIFF', marks: [[0, 'MM\0*']] },
  { name: 'AVIF', marks: [[4, 'ftypavif']] },
  { name: 'HEIC', marks: [[4, 'ftyphei']] },
  { name: 'HEIC', marks: [[4, 'ftypmif1']] },
  { name: 'JPEG XL', marks: [[0, '\xff\x0a']] },
  { name: 'PDF', marks: [[0, '%PDF']] },
  { name: 'an MP4 or QuickTime film', marks: [[4, 'ftyp']] },
];

/**
 * What kind of picture these bytes are, by their first bytes; a file's name or a request's Content-Type is not asked.
 *
 * @throws DeepThingsError `DT_PICTURE_EMPTY` for no bytes, `DT_PICTURE_FORMAT` for any other format
 */
export function sniffPicture(bytes: Uint8Array): PictureMediaType {
  if (bytes.length === 0) {
    throw new DeepThingsError('DT_PICTURE_EMPTY', `Expected ${EXPECTED}, got zero bytes.`);
  }
  const mediaType = signatureOf(bytes)?.mediaType;
  if (mediaType !== undefined) return mediaType;
  throw new DeepThingsError(
    'DT_PICTURE_FORMAT',
    `Expected ${EXPECTED}, got ${nameOfFormat(bytes) ?? describeUnknown(headOf(bytes), bytes.length)}. Convert it and send it again.`,
  );
}

/** The name of the format of these bytes, such as `GIF`; null for one that is not known here. */
export function nameOfFormat(bytes: Uint8Array): string | null {
  return signatureOf(bytes)?.name ?? null;
}

function signatureOf(bytes: Uint8Array): Signature | undefined {
  const head = headOf(bytes);
  return SIGNATURES.find(({ marks }) => marks.every(([offset, mark]) => head.startsWith(mark, offset)));
}

function headOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 64)).toString('latin1');
}

/** Says text when it looks like text, else the first bytes; never more of a stranger's data than that. */
function describeUnknown(head: string, length: number): string {
  const size = `${length} ${length === 1 ? 'byte' : 'bytes'}`;
  if (/^[\t\n\r\x20-\x7e]+$/.test(head)) return `${size} of text`;
  return `${size} of an unknown format, starting with ${Buffer.from(head.slice(0, 8), 'latin1').toString('hex')}`;
}
