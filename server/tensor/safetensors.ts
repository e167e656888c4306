import { DeepThingsError } from '../errors.js';
import { type Answers, memoize } from '../geometry/memoize.js';

/** dtypes that travel between nodes, as safetensors names them. */
export type TensorType = 'U8' | 'F16' | 'F32';

const BYTES_PER_VALUE: Readonly<Record<TensorType, number>> = { U8: 1, F16: 2, F32: 4 };

/** Larger headers are refused: a task's facts take a few hundred bytes. */
const HEADER_BYTES_LIMIT = 1024 * 1024;

const UTF8 = new TextDecoder('utf-8', { fatal: true });

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

export interface Tensor {
  readonly type: TensorType;
  readonly shape: readonly number[];
  /** Row-major; F16 as its bits. */
  readonly data: Uint8Array | Uint16Array | Float32Array;
}

/** A tensor without its values. */
export interface TensorEntry {
  readonly name: string;
  readonly type: TensorType;
  readonly shape: readonly number[];
}

export interface SafetensorsDocument {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** Where tensors lie in a document that is still to be filled. */
export interface SafetensorsLayout {
  /** The whole document. */
  readonly bytes: Uint8Array;
  /** Views into `bytes`, to be written to. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/**
 * Lays out a document, so that its tensors can be written in their place instead of being copied there.
 *
 * Layout: 8 bytes header length (little endian), header (JSON, padded with blanks so that the data is aligned), data:
 * the tensors with the widest values first, so that each is aligned.
 *
 * @param entries name, type and shape of each tensor, in any order.
 */
export function layOutSafetensors(
  entries: readonly TensorEntry[],
  metadata: Readonly<Record<string, string>>,
): SafetensorsLayout {
  const header = headerOf(entries, metadata);
  const bytes = new Uint8Array(8 + header.headerBytes + header.dataBytes);
  writeHeader(bytes, header);
  const dataStart = 8 + header.headerBytes;
  const tensors = new Map(
    header.placed.map(({ name, type, shape, start, end }) => [
      name,
      { type, shape, data: viewOf(type, bytes.subarray(dataStart + start, dataStart + end)) },
    ]),
  );
  return { bytes, tensors };
}

function writeHeader({ buffer }: Uint8Array, { headerBytes, text }: ReturnType<typeof headerOf>): void {
  if (!LITTLE_ENDIAN) throw new DeepThingsError('DT_ENDIAN', 'tensors are little endian; this machine is not');
  new DataView(buffer).setBigUint64(0, BigInt(headerBytes), true);
  Buffer.from(buffer).write(text, 8);
}

/** Length of the document that `layOutSafetensors` would lay out. */
export function safetensorsBytes(entries: readonly TensorEntry[], metadata: Readonly<Record<string, string>>): number {
  const { headerBytes, dataBytes } = headerOf(entries, metadata);
  return 8 + headerBytes + dataBytes;
}

function headerOf(entries: readonly TensorEntry[], metadata: Readonly<Record<string, string>>) {
  let end = 0;
  const placed = [...entries]
    .sort((a, b) => BYTES_PER_VALUE[b.type] - BYTES_PER_VALUE[a.type])
    .map(({ name, type, shape }) => {
      const start = end;
      end += shape.reduce((product, size) => product * size, BYTES_PER_VALUE[type]);
      return { name, type, shape, start, end };
    });
  let text = `{"__metadata__":${JSON.stringify(metadata)}`;
  for (const { name, type, shape, start, end } of placed) {
    text += `,${JSON.stringify(name)}:{"dtype":"${type}","shape":[${shape}],"data_offsets":[${start},${end}]}`;
  }
  text += '}';
  const textBytes = Buffer.byteLength(text);
  const padding = (8 - (textBytes % 8)) % 8;
  text = text.padEnd(text.length + padding, ' ');
  return { placed, text, headerBytes: textBytes + padding, dataBytes: end };
}

/**
 * Writes a document in one piece; the tensors' values are copied once.
 *
 * @throws RangeError for a tensor that has not the length of its shape.
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const entries = Object.entries(tensors).map(([name, { type, shape }]) => ({ name, type, shape }));
  const header = headerOf(entries, metadata);
  // Not filled with zeros: the header and the tensors cover all of it.
  const bytes = new Uint8Array(Buffer.allocUnsafeSlow(8 + header.headerBytes + header.dataBytes).buffer);
  writeHeader(bytes, header);
  for (const { name, start, end } of header.placed) {
    const { buffer, byteLength, byteOffset } = tensors[name]!.data;
    if (byteLength !== end - start) throw new RangeError(`${name}: expected ${end - start} bytes, got ${byteLength}`);
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), 8 + header.headerBytes + start);
  }
  return bytes;
}

/** Where a document's tensors lie, as its header says. */
interface CheckedHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: readonly (Omit<Tensor, 'data'> & { readonly name: string; readonly span: Span })[];
}

/** Headers that were read before, by their texts and the lengths of their data. */
export type KnownHeaders = Answers<string, CheckedHeader>;

/** Longer headers are not kept. */
const KNOWN_HEADER_BYTES = 4 * 1024;

/**
 * Reads a document. The tensors are views into `bytes` where alignment allows.
 *
 * @param known for documents of which many have the same header.
 * @throws DeepThingsError `DT_TENSOR_BODY` when the document is not well formed: every length, offset and type is
 *   checked before it is used.
 */
export function decodeSafetensors(bytes: Uint8Array, known?: KnownHeaders): SafetensorsDocument {
  if (bytes.byteLength < 10) throw malformed(`${bytes.byteLength} bytes are too few`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > HEADER_BYTES_LIMIT || 8 + headerBytes > bytes.byteLength) {
    throw malformed(`a header of ${headerBytes} bytes does not fit into ${bytes.byteLength}`);
  }
  const text = bytes.subarray(8, 8 + headerBytes);
  const data = bytes.subarray(8 + headerBytes);
  const header = knownHeader(text, data.byteLength, known);
  const tensors = new Map<string, Tensor>();
  for (const { name, type, shape, span } of header.tensors) {
    tensors.set(name, { type, shape, data: viewOf(type, data.subarray(span.start, span.end)) });
  }
  return { metadata: header.metadata, tensors };
}

function knownHeader(text: Uint8Array, dataBytes: number, known: KnownHeaders | undefined): CheckedHeader {
  if (known === undefined || text.byteLength > KNOWN_HEADER_BYTES) return checkedHeader(text, dataBytes);
  const key = `${dataBytes} ${Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString('latin1')}`;
  return memoize(known, key, () => checkedHeader(text, dataBytes));
}

function checkedHeader(text: Uint8Array, dataBytes: number): CheckedHeader {
  let metadata: Record<string, string> = {};
  const tensors = [];
  for (const [name, entry] of Object.entries(parseHeader(text))) {
    if (name === '__metadata__') metadata = checkedMetadata(entry);
    else tensors.push({ name, ...checkedEntry(name, entry, dataBytes) });
  }
  requireCover(
    tensors.map(({ span }) => span),
    dataBytes,
  );
  return { metadata, tensors };
}

/** Bytes of the data, half-open. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** Each byte of the data belongs to exactly one tensor. */
function requireCover(spans: readonly Span[], dataBytes: number): void {
  let covered = 0;
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== covered) throw malformed(`tensors overlap or leave a hole in the data at byte ${covered}`);
    covered = end;
  }
  if (covered !== dataBytes) throw malformed(`tensors cover ${covered} of ${dataBytes} data bytes`);
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(UTF8.decode(bytes));
  } catch (cause) {
    throw malformed('the header is not JSON', cause);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw malformed('the header is not a JSON object');
  }
  return header as Record<string, unknown>;
}

function checkedMetadata(entry: unknown): Record<string, string> {
  const isText = (value: unknown) => typeof value === 'string';
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry) || !Object.values(entry).every(isText)) {
    throw malformed('__metadata__ is not a map of texts');
  }
  return entry as Record<string, string>;
}

function checkedEntry(name: string, entry: unknown, dataBytes: number) {
  const { dtype, shape, data_offsets } = (entry ?? {}) as Record<string, unknown>;
  const what = `tensor ${shown(name)}`;
  if (typeof dtype !== 'string' || !Object.hasOwn(BYTES_PER_VALUE, dtype)) {
    throw malformed(`${what} has dtype ${shown(dtype)}, expected U8, F16 or F32`);
  }
  const type = dtype as TensorType;
  if (!Array.isArray(shape) || shape.length > 8 || !shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw malformed(`${what} has no proper shape`);
  }
  if (!Array.isArray(data_offsets) || data_offsets.length !== 2 || !data_offsets.every(Number.isSafeInteger)) {
    throw malformed(`${what} has no proper data_offsets`);
  }
  const [start, end] = data_offsets as [number, number];
  const expected = shape.reduce((product: number, size: number) => product * size, BYTES_PER_VALUE[type]);
  if (start < 0 || end < start || end > dataBytes || end - start !== expected) {
    throw malformed(`${what} of ${expected} bytes cannot lie at ${start} to ${end} of ${dataBytes}`);
  }
  return { type, shape: shape as number[], span: { start, end } };
}

/** What somebody sent, short enough for a message. */
function shown(value: unknown): string {
  if (typeof value !== 'string') return `of type ${typeof value}`;
  return JSON.stringify(value.length > 64 ? `${value.slice(0, 64)}…` : value);
}

function viewOf(type: TensorType, bytes: Uint8Array): Tensor['data'] {
  if (type === 'U8') return bytes;
  const width = BYTES_PER_VALUE[type];
  const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  const length = aligned.byteLength / width;
  return type === 'F32'
    ? new Float32Array(aligned.buffer, aligned.byteOffset, length)
    : new Uint16Array(aligned.buffer, aligned.byteOffset, length);
}

function malformed(what: string, cause?: unknown): DeepThingsError {
  return new DeepThingsError('DT_TENSOR_BODY', `expected a safetensors body: ${what}`, { cause });
}
