import { type ForeignFormat, REMEDY } from './format-names.js';

/** Bytes (latin 1) by where they must stand; a text alone stands at the beginning. */
type Mark = string | Readonly<Record<number, string>>;

interface Signature extends ForeignFormat {
  /** Any of these. */
  readonly marks: readonly Mark[];
}

function signed(remedy: string, name: string, ...marks: readonly Mark[]): Signature {
  return { name, remedy, marks };
}

const { binary, convert, draw, film, raw, unpack } = REMEDY;

/** Formats that are told by their first bytes. A more special one comes before a more general one. */
const SIGNATURES: readonly Signature[] = [
  signed(convert, 'GIF', 'GIF8'),
  signed(raw, 'a Canon raw picture (CR2)', { 0: 'II*\0', 8: 'CR' }),
  signed(convert, 'TIFF, or a raw picture of a camera (NEF, ARW, DNG)', 'II*\0', 'II+\0', 'MM\0*', 'MM\0+'),
  signed(raw, 'a Panasonic raw picture (RW2)', 'IIU\0'),
  signed(raw, 'an Olympus raw picture (ORF)', 'IIRO', 'IIRS', 'MMOR'),
  signed(raw, 'a Fujifilm raw picture (RAF)', 'FUJIFILMCCD-RAW'),
  signed(raw, 'a Minolta raw picture (MRW)', '\0MRM'),
  signed(raw, 'a Sigma raw picture (X3F)', 'FOVb'),
  signed(convert, 'JPEG XL', '\xff\x0a', '\0\0\0\x0cJXL '),
  signed(convert, 'JPEG 2000', '\0\0\0\x0cjP  ', '\xff\x4f\xff\x51'),
  signed(convert, 'JPEG XR', 'II\xbc\0', 'II\xbc\x01'),
  signed(convert, 'an icon (ICO)', '\0\0\x01\0', '\0\0\x02\0'),
  signed(convert, 'a Photoshop file (PSD)', '8BPS'),
  signed(convert, 'a GIMP file (XCF)', 'gimp xcf'),
  signed(convert, 'OpenEXR', 'v/1\x01'),
  signed(convert, 'Radiance HDR', '#?RADIANCE', '#?RGBE'),
  signed(convert, 'QOI', 'qoif'),
  signed(convert, 'BPG', 'BPG\xfb'),
  signed(convert, 'FLIF', 'FLIF'),
  signed(convert, 'MNG or JNG', '\x8aMNG', '\x8bJNG'),
  signed(convert, 'DDS', 'DDS |'),
  signed(convert, 'SGI', '\x01\xda\0', '\x01\xda\x01'),
  signed(convert, 'Netpbm (PBM, PGM, PPM, PAM)', ...netpbmMarks()),
  signed(convert, 'FITS', 'SIMPLE  ='),
  signed(convert, 'DICOM', { 128: 'DICM' }),
  signed(convert, 'PDF', '%PDF'),
  signed(draw, 'PostScript', '%!PS'),
  signed(film, 'a Matroska or WebM film', '\x1aE\xdf\xa3'),
  signed(film, 'an AVI film', { 0: 'RIFF', 8: 'AVI ' }),
  signed(film, 'a Flash film (FLV)', 'FLV\x01'),
  signed(film, 'a Windows Media film', '0&\xb2u\x8ef'),
  signed(film, 'an Ogg film or sound', 'OggS'),
  signed(film, 'an MPEG film', '\0\0\x01\xb3', '\0\0\x01\xba'),
  signed(film, 'an MPEG transport stream', { 0: 'G', 188: 'G' }, { 0: 'G', 4: 'G', 192: 'G' }),
  signed(film, 'a raw H.264 or H.265 stream', ...streamMarks()),
  signed(unpack, 'a ZIP archive', 'PK\x03\x04', 'PK\x05\x06'),
  signed(unpack, 'gzip data', '\x1f\x8b'),
  signed(
    unpack,
    'a packed file (bzip2, xz, Zstandard, 7z or RAR)',
    'BZh',
    '\xfd7zXZ',
    '(\xb5/\xfd',
    '7z\xbc\xaf',
    'Rar!',
  ),
  signed(unpack, 'a tar archive', { 257: 'ustar' }),
  signed(convert, 'a NumPy array', '\x93NUMPY'),
  signed(binary, 'a PNG that was changed as if it were text', '\x89PNG\n', '\x89PNG\r\r\n', '\xc2\x89PNG', '\x09PNG'),
  signed(binary, 'a JPEG that was changed as if it were text', '\xc3\xbf\xc3\x98\xc3\xbf'),
  signed(binary, 'data that was changed as if it were text', '\xef\xbf\xbd'),
  // The upper half of the length and four zeros; "BM" alone may begin a text.
  signed(convert, 'BMP', { 0: 'BM', 5: '\0' }),
];

/** P1 to P7, and the two of floating point, each with what may follow. */
function netpbmMarks(): string[] {
  return [...'1234567Ff'].flatMap((kind) => ['\n', ' ', '\r', '\t'].map((space) => `P${kind}${space}`));
}

/** Start codes with the kinds of unit that a stream may begin with: delimiter, parameter sets, key picture. */
function streamMarks(): string[] {
  const kinds = [
    '\x09',
    '\x27',
    '\x47',
    '\x67',
    '\x65',
    '\x06',
    '\x40\x01',
    '\x42\x01',
    '\x46\x01',
    '\x44\x01',
    '\x26\x01',
  ];
  return kinds.flatMap((kind) => [`\0\0\x01${kind}`, `\0\0\0\x01${kind}`]);
}

/** Returns the format whose signature the bytes start with, null if there is none. */
export function signedFormat(head: Buffer): ForeignFormat | null {
  const text = head.toString('latin1', 0, 512);
  const matches = (mark: Mark) =>
    typeof mark === 'string'
      ? text.startsWith(mark)
      : Object.entries(mark).every(([offset, bytes]) => text.startsWith(bytes, Number(offset)));
  return SIGNATURES.find(({ marks }) => marks.some(matches)) ?? null;
}
