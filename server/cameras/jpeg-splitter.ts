import { DeepThingsError } from '../errors.js';

const START = Buffer.from([0xff, 0xd8]);
const END = Buffer.from([0xff, 0xd9]);

/**
 * Cuts a stream of JPEGs, one behind the other as ffmpeg's `image2pipe` writes them, into pictures. Within a picture's
 * data FF is followed by 00 or a restart marker, so that FF D9 is its end.
 */
export class JpegSplitter {
  readonly #mostBytes: number;
  #rest: Buffer = Buffer.alloc(0);
  /** How far the rest has been searched for an end. */
  #searched = 0;

  /** @param mostBytes of one picture. */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /**
   * @returns the pictures that this chunk completes, in order.
   * @throws DeepThingsError `DT_WATCH_STREAM` when a picture grows too large, so that it cannot be one.
   */
  push(chunk: Uint8Array): Buffer[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const pictures: Buffer[] = [];
    while (true) {
      const start = this.#rest.indexOf(START);
      if (start < 0) {
        // The first half of a start may be the last byte.
        this.#rest = this.#rest.subarray(Math.max(0, this.#rest.length - 1));
        this.#searched = 0;
        return pictures;
      }
      const end = this.#rest.indexOf(END, Math.max(start + START.length, this.#searched));
      if (end < 0) {
        if (this.#rest.length - start > this.#mostBytes) {
          throw new DeepThingsError(
            'DT_WATCH_STREAM',
            `a picture of the stream has more than ${this.#mostBytes} bytes`,
          );
        }
        this.#searched = Math.max(0, this.#rest.length - 1);
        return pictures;
      }
      pictures.push(Buffer.from(this.#rest.subarray(start, end + END.length)));
      this.#rest = this.#rest.subarray(end + END.length);
      this.#searched = 0;
    }
  }
}
