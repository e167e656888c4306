import { DeepThingsError } from '../errors.js';

const START = Buffer.from([0xff, 0xd8]);
const START_OF_IMAGE = 0xd8;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
/** Of a segment's length, which counts itself. */
const LENGTH_BYTES = 2;

/** The meaning of the next byte. `data` is what lies between two segments: nothing, or the coded data of a scan. */
type State = 'outside' | 'start' | 'data' | 'code' | 'length' | 'segment';

/**
 * Cuts a stream of JPEGs into pictures: what ffmpeg's `image2pipe` writes, or the body of an MJPEG camera with whatever
 * stands between its pictures. It walks the segments (ITU-T T.81, Annex B), so that an end marker inside a segment, such
 * as that of a thumbnail in the EXIF data, ends nothing. Each byte is looked at once, and at most one picture is kept.
 */
export class JpegSplitter {
  readonly #mostBytes: number;
  #state: State = 'outside';
  /** The pieces of the picture that has begun. */
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #hasScan = false;
  /** Bytes that are still to come of the length field or the segment. */
  #left = 0;
  #length = 0;
  #broken = 0;

  /** @param mostBytes of one picture. */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** Whether a picture has begun and not ended. */
  get hasBegun(): boolean {
    return this.#bytes > 0;
  }

  /** The number of pictures without an end: the next one began. */
  get broken(): number {
    return this.#broken;
  }

  /**
   * @returns the pictures that this chunk completes, in order.
   * @throws DeepThingsError `DT_WATCH_STREAM` when a picture grows too large.
   */
  push(chunk: Uint8Array): Buffer[] {
    const pictures: Buffer[] = [];
    /** Where the part of the chunk begins that belongs to the present picture and is not kept yet. */
    let from = 0;
    for (let at = 0; at < chunk.length; ) {
      const isInside = this.#bytes > 0;
      const event = this.#state === 'code' || this.#state === 'start' ? this.#readCode(chunk[at++]!) : null;
      if (event === null) at = this.#pass(chunk, at);
      if (event === 'begin') {
        if (isInside) this.#broken++;
        this.#begin();
        from = at;
      }
      if (event === 'end') {
        this.#keep(chunk.subarray(from, at));
        if (this.#hasScan) pictures.push(Buffer.concat(this.#pieces));
        this.#clear();
      }
    }
    if (this.#bytes > 0) this.#keep(chunk.subarray(from));
    return pictures;
  }

  /** Takes the byte after FF. */
  #readCode(code: number): 'begin' | 'end' | 'goes on' {
    // FF may be repeated before a marker, to fill.
    if (code === 0xff) return 'goes on';
    if (code === START_OF_IMAGE) {
      this.#state = 'data';
      return 'begin';
    }
    if (this.#state === 'start') {
      this.#state = 'outside';
      return 'goes on';
    }
    if (code === END_OF_IMAGE) {
      this.#state = 'outside';
      return 'end';
    }
    if (code === START_OF_SCAN) this.#hasScan = true;
    this.#state = hasLength(code) ? 'length' : 'data';
    this.#left = LENGTH_BYTES;
    this.#length = 0;
    return 'goes on';
  }

  /** @returns the offset after the bytes that have been passed, at least one. */
  #pass(chunk: Uint8Array, at: number): number {
    switch (this.#state) {
      case 'length':
        this.#length = 256 * this.#length + chunk[at]!;
        this.#left--;
        if (this.#left > 0) return at + 1;
        this.#left = Math.max(0, this.#length - LENGTH_BYTES);
        this.#state = this.#left > 0 ? 'segment' : 'data';
        return at + 1;
      case 'segment': {
        const passed = Math.min(this.#left, chunk.length - at);
        this.#left -= passed;
        if (this.#left === 0) this.#state = 'data';
        return at + passed;
      }
      default: {
        const found = chunk.indexOf(0xff, at);
        if (found < 0) return chunk.length;
        this.#state = this.#state === 'outside' ? 'start' : 'code';
        return found + 1;
      }
    }
  }

  #begin(): void {
    this.#clear();
    this.#pieces = [START];
    this.#bytes = START.length;
  }

  #keep(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes <= this.#mostBytes) return;
    this.#clear();
    this.#state = 'outside';
    const message = `a picture has more than the ${this.#mostBytes} bytes that it may have (limits.pictureBytes)`;
    throw new DeepThingsError('DT_WATCH_STREAM', message);
  }

  #clear(): void {
    this.#pieces = [];
    this.#bytes = 0;
    this.#hasScan = false;
  }
}

/** Whether a segment follows this marker. The others stand alone, or are coded data of a damaged picture. */
function hasLength(code: number): boolean {
  const isRestart = code >= 0xd0 && code <= 0xd7;
  return (code >= 0xc0 && code <= 0xef && !isRestart) || code === 0xfe;
}
