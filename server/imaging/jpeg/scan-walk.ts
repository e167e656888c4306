import { setImmediate as nextTurn } from 'node:timers/promises';
import { JPEG_MARKER } from '../container/jpeg-segments.js';
import { type BlockReader, type BlockSource, blockReader } from './block-readers.js';
import { CodedBits } from './coded-bits.js';
import { type HuffmanTables, tablePlace } from './huffman-table.js';
import type { ScanHeader } from './scan-header.js';

/** Units read over before other work gets a turn: some 0.2 ms, ten times that before V8 has compiled the walk. */
const UNITS_A_TURN = 512;

export interface Scan {
  readonly header: ScanHeader;
  readonly isProgressive: boolean;
  readonly tables: HuffmanTables;
  /** Units between restart markers; 0 without. */
  readonly restartInterval: number;
  /** Of the first component: which coefficients are not zero, as earlier scans said. */
  readonly nonZero: Uint32Array;
  /** Where its entropy-coded bytes are. */
  readonly start: number;
  readonly end: number;
}

/** What a scan lacks and what it has too much. */
export interface ScanFindings {
  /** Minimum coded units of the scan. */
  readonly units: number;
  /** Units whose data is not there. */
  readonly missingUnits: number;
  /** Bytes that no unit used, padding not counted. */
  readonly surplusBytes: number;
}

interface Interval {
  readonly start: number;
  readonly end: number;
}

/** Reads over a scan's data. @returns null where a table is missing that it needs. */
export async function walkScan(file: Buffer, scan: Scan): Promise<ScanFindings | null> {
  const { header, restartInterval } = scan;
  const units = header.across * header.down;
  const reader = blockReader(scan.isProgressive, header.band);
  const perInterval = restartInterval === 0 ? units : restartInterval;
  let missingUnits = 0;
  let surplusBytes = 0;
  let sinceTurn = 0;
  let from = 0;
  for (const interval of intervalsOf(file, scan)) {
    const to = Math.min(from + perInterval, units);
    const bits = interval === null ? null : new CodedBits(file, interval.start, interval.end);
    const sources = bits === null ? [] : blockSources(scan, bits);
    if (sources === null) return null;
    const walk = bits === null ? null : new IntervalWalk(header, bits, sources, reader);
    let at = from;
    while (walk !== null && at < to && !walk.bits.isOverdrawn) {
      const until = Math.min(to, at + UNITS_A_TURN - sinceTurn);
      const reached = walk.read(at, until);
      sinceTurn += until - at;
      at = reached;
      if (sinceTurn >= UNITS_A_TURN) {
        sinceTurn = 0;
        await nextTurn();
      }
    }
    missingUnits += to - at;
    if (walk !== null) surplusBytes += unusedBytes(file, walk.bits.position, interval!.end);
    from = to;
  }
  return { units, missingUnits: missingUnits + units - from, surplusBytes };
}

/** By component of the scan; null where a table is missing. */
function blockSources({ header, nonZero, tables, isProgressive }: Scan, bits: CodedBits): BlockSource[] | null {
  const { first, high } = header.band;
  const needsDc = first === 0 && high === 0;
  const needsAc = !isProgressive || first > 0;
  const sources: BlockSource[] = [];
  for (const { acTable, dcTable } of header.components) {
    const dc = tables[tablePlace(0, dcTable)];
    const ac = tables[tablePlace(1, acTable)];
    if ((needsDc && dc === undefined) || (needsAc && ac === undefined)) return null;
    sources.push({ bits, nonZero, dc: dc!, ac: ac! });
  }
  return sources;
}

/** Reads over the units between two restart markers. */
class IntervalWalk {
  readonly bits: CodedBits;
  readonly #header: ScanHeader;
  readonly #sources: readonly BlockSource[];
  readonly #reader: BlockReader;

  constructor(header: ScanHeader, bits: CodedBits, sources: readonly BlockSource[], reader: BlockReader) {
    this.bits = bits;
    this.#header = header;
    this.#sources = sources;
    this.#reader = reader;
    reader.restart();
  }

  /** @returns the first unit that could not be read, at most `to` */
  read(from: number, to: number): number {
    const { across, components, stride } = this.#header;
    const reader = this.#reader;
    for (let unit = from; unit < to; unit++) {
      for (let place = 0; place < components.length; place++) {
        const source = this.#sources[place]!;
        const { blocks } = components[place]!;
        const block = blocks === 1 ? Math.floor(unit / across) * stride + (unit % across) : 0;
        for (let left = blocks; left > 0; left--) reader.read(source, block);
      }
      if (this.bits.isOverdrawn) return unit;
    }
    return to;
  }
}

/** Yields the intervals between restart markers in order; null for one whose marker has another's number. */
function* intervalsOf(file: Buffer, { end, restartInterval, start }: Scan): Generator<Interval | null> {
  if (restartInterval === 0) {
    yield { start, end };
    return;
  }
  let from = start;
  let isInOrder = true;
  for (let number = 0; ; number++) {
    const marker = nextRestart(file, from, end);
    yield isInOrder ? { start: from, end: marker ?? end } : null;
    if (marker === null) return;
    from = marker + 2;
    const ahead = (file[marker + 1]! - JPEG_MARKER.restart0 - number) & 7;
    // As libjpeg sees it: one or two markers were lost, with what lies before them; or the marker itself is damaged, and
    // of markers that came before the data that follows is damaged too.
    if (ahead === 1 || ahead === 2) {
      for (let lost = ahead; lost > 0; lost--, number++) yield null;
    }
    isInOrder = ahead < 6;
  }
}

function nextRestart(file: Buffer, from: number, end: number): number | null {
  for (let at = file.indexOf(0xff, from); at !== -1 && at + 1 < end; at = file.indexOf(0xff, at + 1)) {
    const next = file[at + 1]!;
    if (next >= JPEG_MARKER.restart0 && next <= JPEG_MARKER.restart7) return at;
  }
  return null;
}

/** Counts what is left of an interval, but for zeros and ones, which some cameras fill up with. */
function unusedBytes(file: Buffer, from: number, end: number): number {
  const rest = file.subarray(from, end);
  return rest.every((byte) => byte === 0 || byte === 0xff) ? 0 : rest.length;
}
