import { DeepThingsError } from '../../errors.js';
import { JPEG_MARKER, type JpegSegment } from './jpeg-segments.js';
import { brokenPicture } from './picture-container.js';

export interface JpegComponent {
  readonly id: number;
  /** Sampling factors, 1 to 4. */
  readonly across: number;
  readonly down: number;
}

/** What a JPEG's frame header says of its coding. */
export interface JpegFrame {
  readonly width: number;
  readonly height: number;
  readonly coding: 'huffman' | 'arithmetic';
  readonly isProgressive: boolean;
  readonly components: readonly JpegComponent[];
}

/** Kinds of JPEG by their start-of-frame marker; those without `coding` are not decoded by anything here. */
const KINDS: ReadonlyMap<number, { coding?: 'huffman' | 'arithmetic'; progressive?: true; name?: string }> = new Map([
  [0xc0, { coding: 'huffman' }],
  [0xc1, { coding: 'huffman' }],
  [0xc2, { coding: 'huffman', progressive: true }],
  [0xc3, { name: 'a lossless JPEG' }],
  [0xc5, { name: 'a hierarchical JPEG' }],
  [0xc6, { name: 'a hierarchical JPEG' }],
  [0xc7, { name: 'a lossless JPEG' }],
  [0xc9, { coding: 'arithmetic' }],
  [0xca, { coding: 'arithmetic', progressive: true }],
  [0xcb, { name: 'a lossless JPEG' }],
  [0xcd, { name: 'a hierarchical JPEG' }],
  [0xce, { name: 'a hierarchical JPEG' }],
  [0xcf, { name: 'a lossless JPEG' }],
  [0xf7, { name: 'a JPEG-LS picture' }],
  [0xf8, { name: 'a lossless JPEG' }],
]);

export function isFrameHeader(marker: number): boolean {
  return KINDS.has(marker);
}

/**
 * Reads a frame header.
 *
 * @throws DeepThingsError `DT_PICTURE_FORMAT` for kinds of JPEG that no ordinary decoder takes, `DT_PICTURE_BROKEN`
 */
export function readFrame({ marker, data }: JpegSegment): JpegFrame {
  const { coding, name, progressive = false } = KINDS.get(marker)!;
  const precision = data[0] ?? 0;
  if (coding === undefined) throw unsupportedJpeg(name!);
  if (precision !== 8 && data.length >= 6) throw unsupportedJpeg(`a ${precision}-bit JPEG`);
  const count = data[5] ?? 0;
  if (data.length < 6 + 3 * count) throw unreadableHeader();
  const height = data.readUInt16BE(1);
  const width = data.readUInt16BE(3);
  const components = Array.from({ length: count }, (_, index) => {
    const [id, sampling] = data.subarray(6 + 3 * index);
    return { id: id!, across: sampling! >> 4, down: sampling! & 15 };
  });
  const isSound = ({ across, down }: JpegComponent) => across >= 1 && across <= 4 && down >= 1 && down <= 4;
  if (width === 0 || height === 0 || count < 1 || count > 4 || !components.every(isSound)) throw unreadableHeader();
  return { width, height, coding, isProgressive: progressive, components };
}

function unreadableHeader(): DeepThingsError {
  return brokenPicture('Expected a JPEG picture, got one whose header cannot be read.');
}

function unsupportedJpeg(name: string): DeepThingsError {
  return new DeepThingsError(
    'DT_PICTURE_FORMAT',
    `Expected a JPEG, PNG or WebP picture, got ${name}, which hardly any program decodes. Convert it to an 8-bit JPEG.`,
  );
}

/** Whether a segment between the pictures' data tells a decoder how to read that data. */
export function isCodingSegment({ marker }: JpegSegment): boolean {
  return (
    marker === JPEG_MARKER.defineHuffman ||
    marker === JPEG_MARKER.defineArithmetic ||
    marker === JPEG_MARKER.defineQuantisation ||
    marker === JPEG_MARKER.restartInterval
  );
}
