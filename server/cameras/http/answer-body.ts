import { type AnswerHead, headerOf } from './answer-head.js';
import type { ByteReader } from './byte-reader.js';

/** How the end of a body is told: by its length, by chunks, or by the end of the connection. */
export type Framing =
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'close' };

/** Of a chunk's size, or of a line after the last chunk. */
const LINE_BYTES = 8_192;
/** Lines after the last chunk. */
const MOST_TRAILERS = 100;

/**
 * Chunks go before a length, as RFC 9112 has it; lengths that differ say nothing, and neither does that of a stream of
 * pictures, which has no end.
 */
export function framingOf({ headers, status }: AnswerHead): Framing {
  if (status === 204 || status === 304) return { kind: 'length', bytes: 0 };
  if (/\bchunked\b/i.test(headerOf(headers, 'transfer-encoding') ?? '')) return { kind: 'chunked' };
  if (/^multipart\/x-mixed-replace/i.test(headerOf(headers, 'content-type') ?? '')) return { kind: 'close' };
  const values = (headers.get('content-length') ?? []).flatMap((line) => line.split(',')).map((value) => value.trim());
  const [first] = values;
  const isLength = first !== undefined && /^\d{1,15}$/.test(first) && values.every((value) => value === first);
  return isLength ? { kind: 'length', bytes: Number(first) } : { kind: 'close' };
}

/** The body of an answer. Its framing is what the camera says of it, which may be wrong: see `beyond`. */
export class AnswerBody {
  /** Whether the framing's end has come. */
  isComplete = false;
  /** Bytes of the body so far. */
  bytes = 0;
  /** The length that the camera told; null without one. */
  readonly told: number | null;
  readonly #reader: ByteReader;
  #framing: Framing;
  /** Of a length: the bytes of the body that are still to come; of chunks: those of the present chunk. */
  #left: number;
  #isFirst = true;

  constructor(reader: ByteReader, framing: Framing) {
    this.#reader = reader;
    this.#framing = framing;
    this.told = framing.kind === 'length' ? framing.bytes : null;
    this.#left = framing.kind === 'length' ? framing.bytes : 0;
  }

  get framing(): Framing {
    return this.#framing;
  }

  /** @returns the next bytes; null at the end that the framing tells, or when the connection ends before it. */
  async next(): Promise<Buffer | null> {
    if (this.isComplete) return null;
    const chunk = await this.#next();
    this.bytes += chunk?.length ?? 0;
    return chunk;
  }

  /** @returns bytes that come after the length that the camera told; null when there are none. */
  async beyond(): Promise<Buffer | null> {
    if (this.told === null) return null;
    this.isComplete = false;
    this.#framing = { kind: 'close' };
    return this.next();
  }

  async #next(): Promise<Buffer | null> {
    switch (this.#framing.kind) {
      case 'close': {
        const chunk = await this.#reader.next();
        this.isComplete = chunk === null;
        return chunk;
      }
      case 'length':
        return this.#limited();
      case 'chunked':
        return this.#chunked();
    }
  }

  /** The next of the bytes that are left; what arrives after them is given back. */
  async #limited(): Promise<Buffer | null> {
    const chunk = this.#left === 0 ? null : await this.#reader.next();
    if (chunk === null) {
      this.isComplete = this.#left === 0;
      return null;
    }
    const mine = chunk.subarray(0, this.#left);
    this.#reader.giveBack(chunk.subarray(mine.length));
    this.#left -= mine.length;
    this.isComplete = this.#left === 0 && this.#framing.kind === 'length';
    return mine;
  }

  async #chunked(): Promise<Buffer | null> {
    if (this.#isFirst && !(await this.#beginsWithSize())) {
      // It says that it sends chunks, and does not.
      this.#framing = { kind: 'close' };
      return this.#next();
    }
    if (this.#left === 0) {
      let line = await this.#reader.line(LINE_BYTES);
      // The line end after the chunk before.
      if (line === '' && !this.#isFirst) line = await this.#reader.line(LINE_BYTES);
      this.#isFirst = false;
      const size = /^\s*([0-9a-f]{1,12})\s*(?:;|$)/i.exec(line ?? '')?.[1];
      if (size === undefined) return null;
      this.#left = Number.parseInt(size, 16);
      if (this.#left === 0) return this.#passTrailers();
    }
    return this.#limited();
  }

  async #beginsWithSize(): Promise<boolean> {
    const first = await this.#reader.next();
    if (first === null) return false;
    this.#reader.giveBack(first);
    return /^[\s0-9a-f]/i.test(first.toString('latin1', 0, 1));
  }

  async #passTrailers(): Promise<null> {
    for (let lines = 0; lines < MOST_TRAILERS; lines++) {
      const line = await this.#reader.line(LINE_BYTES);
      if (line === null) return null;
      if (line === '') break;
    }
    this.isComplete = true;
    return null;
  }
}
