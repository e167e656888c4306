import { MAX_PARTS } from './picture-container.js';

export const JPEG_MARKER = {
  defineHuffman: 0xc4,
  defineArithmetic: 0xcc,
  restart0: 0xd0,
  restart7: 0xd7,
  startOfImage: 0xd8,
  endOfImage: 0xd9,
  startOfScan: 0xda,
  defineQuantisation: 0xdb,
  restartInterval: 0xdd,
  app0: 0xe0,
  app1: 0xe1,
  app2: 0xe2,
  app14: 0xee,
} as const;

export interface JpegSegment {
  readonly marker: number;
  /** Where its 0xff is. */
  readonly start: number;
  /** Its parameters, after the two bytes of their length. */
  readonly data: Buffer;
  /** Where the next segment starts, at the earliest. Of a scan: the end of its entropy-coded bytes. */
  readonly end: number;
  /** Of a scan: where its entropy-coded bytes start. Else `end`. */
  readonly codedStart: number;
}

/**
 * Yields the segments of a JPEG between its first two bytes and its end marker, which is the last one yielded. Skips what
 * lies between segments, and markers that no decoder knows, as libjpeg does: some cameras leave stray bytes there, or
 * state a wrong length. Stops without an end marker where the file has none, or more segments than any JPEG has.
 */
export function* jpegSegments(file: Buffer): Generator<JpegSegment> {
  let at = 2;
  for (let parts = 0; parts < MAX_PARTS; parts++) {
    const start = nextMarker(file, at);
    if (start === -1) break;
    const marker = file[start + 1]!;
    if (marker === JPEG_MARKER.endOfImage) {
      yield { marker, start, data: file.subarray(start + 2, start + 2), end: start + 2, codedStart: start + 2 };
      return;
    }
    if (!hasParameters(marker)) {
      at = start + 2;
      continue;
    }
    const codedStart = start + 4 > file.length ? file.length + 1 : start + 2 + file.readUInt16BE(start + 2);
    if (codedStart > file.length || codedStart < start + 4) break;
    const end = marker === JPEG_MARKER.startOfScan ? codedEnd(file, codedStart) : codedStart;
    yield { marker, start, data: file.subarray(start + 4, codedStart), end, codedStart };
    at = end;
  }
}

/** Markers that a length follows: of frames, tables, scans, applications, comments. */
function hasParameters(marker: number): boolean {
  if (marker < 0xc0 || marker === 0xff) return false;
  return marker < JPEG_MARKER.restart0 || marker > JPEG_MARKER.endOfImage;
}

/** Returns where the next marker's last 0xff is, -1 if there is none; 0xff may be repeated before a marker, to fill. */
function nextMarker(file: Buffer, from: number): number {
  let at = file.indexOf(0xff, from);
  while (at !== -1 && at + 1 < file.length) {
    const next = file[at + 1]!;
    if (next !== 0 && next !== 0xff) return at;
    at = next === 0xff ? at + 1 : file.indexOf(0xff, at + 2);
  }
  return -1;
}

/** Returns where entropy-coded bytes end: at a marker that is no restart. Fill bytes before it belong to it. */
function codedEnd(file: Buffer, from: number): number {
  let at = file.indexOf(0xff, from);
  while (at !== -1 && at + 1 < file.length) {
    const next = file[at + 1]!;
    if (next !== 0 && next !== 0xff && (next < JPEG_MARKER.restart0 || next > JPEG_MARKER.restart7)) return at;
    at = next === 0xff ? at + 1 : file.indexOf(0xff, at + 2);
  }
  return file.length;
}
