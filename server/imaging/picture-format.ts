import { DeepThingsError } from '../errors.js';
import { nameForeignFormat, signedForeignFormat } from './foreign/foreign-format.js';

export type PictureMediaType = 'image/jpeg' | 'image/png' | 'image/webp';

/** For messages: what a picture may be. */
const EXPECTED = 'a JPEG, PNG or WebP picture';

interface PictureFormat {
  readonly name: string;
  readonly mediaType: PictureMediaType;
  /** Bytes (latin 1) and where they must stand. */
  readonly marks: readonly (readonly [offset: number, bytes: string])[];
}

/** The formats that are taken. */
const PICTURES: readonly PictureFormat[] = [
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
];

/**
 * Returns what kind of picture these bytes are, by their first bytes; a file's name or a request's Content-Type is not
 * asked. Kinds of JPEG that no ordinary decoder takes are told apart later, by `essentialPicture`.
 *
 * @throws DeepThingsError `DT_PICTURE_EMPTY` for no bytes, `DT_PICTURE_FORMAT` for any other format, which it names with
 *   what to do
 */
export function sniffPicture(bytes: Uint8Array): PictureMediaType {
  if (bytes.length === 0) {
    throw new DeepThingsError('DT_PICTURE_EMPTY', `Expected ${EXPECTED}, got zero bytes.`);
  }
  const picture = pictureOf(bytes);
  if (picture !== undefined) return picture.mediaType;
  const { name, remedy } = nameForeignFormat(bytes);
  throw new DeepThingsError('DT_PICTURE_FORMAT', `Expected ${EXPECTED}, got ${name}. ${remedy}`);
}

/** Returns the name of the format of these bytes, such as `GIF`; null for text, and for a format that is not known here. */
export function nameOfFormat(bytes: Uint8Array): string | null {
  return pictureOf(bytes)?.name ?? signedForeignFormat(bytes)?.name ?? null;
}

function pictureOf(bytes: Uint8Array): PictureFormat | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 12)).toString('latin1');
  return PICTURES.find(({ marks }) => marks.every(([offset, mark]) => head.startsWith(mark, offset)));
}

/** The first bytes of JPEG, PNG and WebP. */
export const PICTURE_STARTS: readonly Buffer[] = [
  Buffer.from([0xff, 0xd8, 0xff]),
  Buffer.from('\x89PNG', 'latin1'),
  Buffer.from('RIFF', 'latin1'),
];
