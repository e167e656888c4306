import { PbfReader } from 'pbf';
import { DeepThingsError } from '../../../errors.js';
import { LONGEST_NAME, limitError } from './read-limits.js';

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/**
 * One protocol buffer message of a file that is not trusted, read field by field: `while ((field = message.next()) !== 0)`.
 * Nothing outside of its bytes is read, nothing is copied, and nothing is read into depth: a message in a field is bytes.
 */
export class Message {
  readonly #pbf: PbfReader;
  /** For error messages, for instance `node 12`. */
  readonly #what: string;
  #start = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.#pbf = new PbfReader(bytes);
    this.#what = what;
  }

  /**
   * Goes to the next field and skips what the caller did not read.
   *
   * @returns its number; 0 at the end.
   * @throws DT_ONNX_FILE when the message is no valid one.
   */
  next(): number {
    const pbf = this.#pbf;
    return this.#checked(() => {
      if (pbf.pos === pbf._valueStart) pbf.skip(pbf.type);
      this.#start = pbf.pos;
      const field = pbf.nextField();
      if (field === 0 && pbf.pos < pbf.length) throw new Error('a field has the number 0');
      return field;
    });
  }

  bytes(): Uint8Array {
    return this.#read(WIRE.bytes, () => this.#pbf.readBytes());
  }

  /** All of the field as the file has it, with its number. */
  whole(): Uint8Array {
    return this.#checked(() => {
      this.#pbf.skip(this.#pbf.type);
      return this.#pbf.buf.subarray(this.#start, this.#pbf.pos);
    });
  }

  /**
   * @param mostBytes of the text.
   * @throws DT_ONNX_LIMIT when it is longer.
   */
  text(mostBytes = LONGEST_NAME): string {
    const bytes = this.bytes();
    if (bytes.byteLength > mostBytes) {
      throw limitError(`${this.#what} has a text of ${bytes.byteLength} bytes, where at most ${mostBytes} are read`);
    }
    return this.#checked(() => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  }

  /** Signed; beyond 2^53 rounded. */
  integer(): number {
    return this.#read(WIRE.varint, () => this.#pbf.readVarint(true));
  }

  float(): number {
    return this.#read(WIRE.fixed32, () => this.#pbf.readFloat());
  }

  /** The integers of a repeated field, packed or one of them. */
  *integers(): Generator<number> {
    if (this.#pbf.type !== WIRE.bytes) yield this.integer();
    else yield* integersIn(this.bytes(), this.#what);
  }

  /** The floats of a repeated field, packed or one of them. */
  *floats(): Generator<number> {
    if (this.#pbf.type !== WIRE.bytes) yield this.float();
    else yield* floatsIn(this.bytes(), this.#what);
  }

  /** A repeated field of numbers as packed bytes, without the length. */
  packed(): Uint8Array {
    const pbf = this.#pbf;
    if (pbf.type === WIRE.bytes) return this.bytes();
    return this.#checked(() => {
      const start = pbf.pos;
      pbf.skip(pbf.type);
      return pbf.buf.subarray(start, pbf.pos);
    });
  }

  #read<T>(wire: number, read: () => T): T {
    if (this.#pbf.type !== wire)
      throw damaged(this.#what, `a field has wire type ${this.#pbf.type} instead of ${wire}`);
    return this.#checked(read);
  }

  /** Runs a read and finds out whether it went beyond the message. */
  #checked<T>(read: () => T): T {
    return checkedRead(this.#pbf, this.#what, read);
  }
}

/** @throws DT_ONNX_FILE when the bytes end within an integer. */
export function* integersIn(packed: Uint8Array, what: string): Generator<number> {
  const pbf = new PbfReader(packed);
  const read = () => pbf.readVarint(true);
  while (pbf.pos < pbf.length) yield checkedRead(pbf, what, read);
}

function* floatsIn(packed: Uint8Array, what: string): Generator<number> {
  const pbf = new PbfReader(packed);
  const read = () => pbf.readFloat();
  while (pbf.pos < pbf.length) yield checkedRead(pbf, what, read);
}

function checkedRead<T>(pbf: PbfReader, what: string, read: () => T): T {
  let result: T;
  try {
    result = read();
  } catch (cause) {
    throw damaged(what, cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (pbf.pos > pbf.length) throw damaged(what, 'a field is longer than what is there');
  return result;
}

/** The error for bytes that are no ONNX file, or a part of one. */
export function damaged(what: string, fact: string, cause?: unknown): DeepThingsError {
  const message = `${what} cannot be read as ONNX: ${fact}; check that the file is an ONNX model and complete`;
  return new DeepThingsError('DT_ONNX_FILE', message, { cause });
}
