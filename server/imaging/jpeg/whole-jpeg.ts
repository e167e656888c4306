import { isFrameHeader, type JpegFrame, readFrame } from '../container/jpeg-frame.js';
import { JPEG_MARKER, type JpegSegment, jpegSegments } from '../container/jpeg-segments.js';
import { brokenPicture } from '../container/picture-container.js';
import { requireWholeArithmetic } from './arithmetic-jpeg.js';
import { defineTables, type HuffmanTables } from './huffman-table.js';
import { ScanCoverage } from './scan-coverage.js';
import { readScanHeader, type ScanHeader, unitsOf } from './scan-header.js';
import { type Scan, walkScan } from './scan-walk.js';
import { typicalTables } from './standard-tables.js';
import { hasHole } from './zero-hole.js';

/**
 * Shares of a row of units, or of its bytes, that may be missing or too much. One flipped bit costs less: a decoder gets
 * out of step and into it again.
 */
const TOLERATED_SHARE = 1 / 8;
/** Of a scan of few bytes. */
const TOLERATED_BYTES = 64;

/**
 * Checks that a JPEG's coded data is all there, without decoding it: that each scan has as many codes as the picture
 * has blocks, and that no scan is missing. libjpeg decodes what it gets and paints the rest grey; libvips does not pass
 * its warning on. Takes 2 ms a 100 kB on a 2.6 GHz core, and gives other work a turn.
 *
 * A flipped bit is taken, as are stray bytes, padding and a last unit that is cut.
 *
 * @param file of `essentialPicture`
 * @throws DeepThingsError `DT_PICTURE_BROKEN` for data that was cut, has a hole of zeros or belongs to two pictures
 */
export async function requireWholeJpeg(file: Buffer): Promise<void> {
  const walk = new JpegWalk(file);
  for (const segment of jpegSegments(file)) await walk.take(segment);
  await walk.finish();
}

class JpegWalk {
  readonly #file: Buffer;
  readonly #tables: HuffmanTables = typicalTables();
  #restartInterval = 0;
  #frame: JpegFrame | null = null;
  #coverage = new ScanCoverage(0);
  /** By component, `BlockSource.nonZero`. */
  #nonZero: readonly Uint32Array[] = [];

  constructor(file: Buffer) {
    this.#file = file;
  }

  async take(segment: JpegSegment): Promise<void> {
    const { data, marker } = segment;
    if (isFrameHeader(marker)) this.#begin(readFrame(segment));
    else if (marker === JPEG_MARKER.defineHuffman) defineTables(this.#tables, data);
    else if (marker === JPEG_MARKER.restartInterval && data.length >= 2) this.#restartInterval = data.readUInt16BE(0);
    else if (marker === JPEG_MARKER.startOfScan) await this.#takeScan(segment);
  }

  async finish(): Promise<void> {
    if (!this.#coverage.isComplete)
      throw brokenPicture('Expected a whole JPEG picture, got one without its last scans.');
    if (this.#frame?.coding === 'arithmetic') await requireWholeArithmetic(this.#file, this.#frame);
  }

  #begin(frame: JpegFrame): void {
    const { across, down } = unitsOf(frame);
    this.#frame = frame;
    this.#coverage = new ScanCoverage(frame.components.length);
    if (!frame.isProgressive || frame.coding === 'arithmetic') return;
    this.#nonZero = frame.components.map((component) => {
      return new Uint32Array(2 * across * component.across * down * component.down);
    });
  }

  async #takeScan({ codedStart, data, end }: JpegSegment): Promise<void> {
    const frame = this.#frame;
    const header = frame && readScanHeader(data, frame);
    if (!header) throw brokenPicture('Expected a JPEG picture, got one with a scan that does not fit it.');
    this.#coverage.add(header);
    if (frame.coding === 'arithmetic') return;
    const nonZero = this.#nonZero[header.components[0]!.index] ?? new Uint32Array(0);
    const { isProgressive } = frame;
    const walked = { restartInterval: this.#restartInterval, tables: this.#tables, start: codedStart, end };
    await requireWholeScan(this.#file, { header, isProgressive, nonZero, ...walked });
  }
}

async function requireWholeScan(file: Buffer, scan: Scan): Promise<void> {
  const findings = await walkScan(file, scan);
  if (findings === null) throw brokenPicture('Expected a JPEG picture, got one without the tables that it needs.');
  const { missingUnits, surplusBytes, units } = findings;
  const { across, down }: ScanHeader = scan.header;
  if (missingUnits > TOLERATED_SHARE * across) {
    const share = Math.ceil((100 * missingUnits) / units);
    throw brokenPicture(`Expected a whole JPEG picture, got one that lacks the data of ${share} % of its blocks.`);
  }
  const rowBytes = (scan.end - scan.start) / down;
  if (surplusBytes > Math.max(TOLERATED_BYTES, TOLERATED_SHARE * rowBytes)) {
    const what = `${surplusBytes} bytes of data that are not its own`;
    throw brokenPicture(`Expected a whole JPEG picture, got one with ${what}: of another picture, or behind a hole.`);
  }
  if (hasHole(file, scan))
    throw brokenPicture('Expected a whole JPEG picture, got one with a hole of zeros in its data.');
}
