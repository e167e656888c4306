import { pipeline, Readable, type Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { hasEnding } from '../imaging/picture-ending.js';
import { nameOfFormat, PICTURE_STARTS, sniffPicture } from '../imaging/picture-format.js';
import { answerTrouble } from './answer-trouble.js';
import { CameraError } from './camera-error.js';
import type { AnswerBody } from './http/answer-body.js';
import type { CameraAnswer } from './http/camera-client.js';
import { explainConnectionFailure } from './http/connection-failure.js';
import { JpegSplitter } from './jpeg-splitter.js';
import { looksLikeText } from './printable-text.js';
import type { PictureBytes } from './source-picture.js';

/** What an answer brings: one picture, the bytes of a stream of JPEGs, or a video that takes a decoder. */
export type AnswerContent =
  | { readonly kind: 'picture'; readonly picture: PictureBytes }
  | { readonly kind: 'stream'; readonly chunks: AsyncIterable<Buffer> }
  | { readonly kind: 'video'; readonly mediaType: string };

export interface ContentChoice {
  readonly pictureBytes: number;
  /** Whether an answer that begins with a JPEG goes on with others, though its type does not say so. */
  readonly isStream: boolean;
  /** Called before a wait for bytes beyond the length that the camera told: it takes milliseconds. */
  readonly limitIdle: (ms: number) => void;
}

/** Enough to tell what it is. */
const START_BYTES = 12;
/** Of a text, to quote from it. */
const TEXT_BYTES = 4_096;
/** What the rest of a text gets to arrive. */
const TEXT_MS = 2_000;
/** What a picture that is longer than its length said gets to arrive. */
const BEYOND_MS = 1_000;
const VIDEO = /^(video|audio)\/|mpegurl|dash\+xml/;
const JPEG_TYPE = /^image\/p?jpe?g\b/;
const GZIP_START = Buffer.from([0x1f, 0x8b]);

/**
 * Reads an answer. Its bytes decide what it is; its type only where there are several readings. A JPEG ends with its own
 * end marker, whatever length the camera told.
 *
 * @throws CameraError when it brings no picture.
 */
export async function readContent(answer: CameraAnswer, choice: ContentChoice): Promise<AnswerContent> {
  const isGood = answer.status >= 200 && answer.status <= 299;
  const isMultipart = /^multipart\//.test(answer.mediaType);
  const mayBeEmpty = !JPEG_TYPE.test(answer.mediaType) && answer.body.told === 0;
  const raw = bodyChunks(answer.body, choice, isGood && !mayBeEmpty);
  if (isGood && isMultipart && answer.encoding === '') return { kind: 'stream', chunks: raw };
  const isComplete = () => answer.body.isComplete;
  if (!isGood) {
    choice.limitIdle(TEXT_MS);
    throw answerTrouble(answer, await readText(unpacked(await begin(raw, isComplete), answer.encoding), isComplete));
  }
  const { start, chunks } = await begin(unpacked(await begin(raw, isComplete), answer.encoding), isComplete);
  const isJpeg = start.subarray(0, 2).equals(PICTURE_STARTS[0]!.subarray(0, 2));
  const text = start.toString('latin1');
  const isVideo = VIDEO.test(answer.mediaType) || text.startsWith('#EXTM3U');
  if (isMultipart || /^--\S/.test(text) || (isJpeg && (choice.isStream || isVideo))) {
    return { kind: 'stream', chunks };
  }
  if (isJpeg) return { kind: 'picture', picture: await readJpeg(answer, chunks, choice.pictureBytes) };
  const format = nameOfFormat(start);
  if (format === 'PNG' || format === 'WebP') {
    return { kind: 'picture', picture: await readOther(answer.body, chunks, choice.pictureBytes) };
  }
  if (isVideo) return { kind: 'video', mediaType: answer.mediaType };
  if (start.length > 0 && format === null && JPEG_TYPE.test(answer.mediaType)) {
    // Some send the headers twice, so that the picture begins later.
    return { kind: 'picture', picture: await readJpeg(answer, chunks, choice.pictureBytes) };
  }
  if (start.length === 0 || (format === null && looksLikeText(start))) {
    choice.limitIdle(TEXT_MS);
    throw answerTrouble(answer, await readText(chunks, isComplete));
  }
  if (choice.isStream) return { kind: 'video', mediaType: answer.mediaType };
  const got = format ?? `bytes that begin with ${start.toString('hex', 0, 8)}`;
  throw new CameraError('answer', `gives no picture${answer.after}: expected JPEG, PNG or WebP, got ${got}`);
}

/** The bytes of a body; beyond its told length as well, for as long as the reader goes on and the camera sends. */
async function* bodyChunks(
  body: AnswerBody,
  { limitIdle }: ContentChoice,
  mayGoBeyond: boolean,
): AsyncGenerator<Buffer> {
  while (true) {
    const chunk = await next(() => body.next());
    if (chunk === null) break;
    yield chunk;
  }
  if (!mayGoBeyond || !body.isComplete || body.framing.kind !== 'length') return;
  limitIdle(BEYOND_MS);
  while (true) {
    // What ends the wait is no failure: all that was told has come.
    const chunk = await body.beyond().catch(() => null);
    if (chunk === null) return;
    yield chunk;
  }
}

async function next(read: () => Promise<Buffer | null>): Promise<Buffer | null> {
  try {
    return await read();
  } catch (error) {
    throw explainConnectionFailure(error);
  }
}

interface Begun {
  readonly start: Buffer;
  /** All of it, the start included. */
  readonly chunks: AsyncIterable<Buffer>;
}

/** Reads the first bytes, without blanks and line ends before them, and keeps them for the reader. */
async function begin(chunks: AsyncIterable<Buffer>, isComplete: () => boolean): Promise<Begun> {
  const iterator = chunks[Symbol.asyncIterator]();
  let start: Buffer = Buffer.alloc(0);
  while (start.length < START_BYTES) {
    if (start.length > 0 && isComplete()) break;
    const { done, value } = await iterator.next();
    if (done) break;
    start = Buffer.concat([start, value]);
    const first = start.findIndex((byte) => byte !== 0x0a && byte !== 0x0d && byte !== 0x20 && byte !== 0x09);
    start = start.subarray(first < 0 ? start.length : first);
  }
  async function* all(): AsyncGenerator<Buffer> {
    if (start.length > 0) yield start;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { start, chunks: all() };
}

/** Some cameras pack their answers though they were asked not to; others say so and do not. */
function unpacked({ start, chunks }: Begun, encoding: string): AsyncIterable<Buffer> {
  const unpacker = unpackerOf(start, encoding);
  if (unpacker === null) return chunks;
  async function* unpack(): AsyncGenerator<Buffer> {
    try {
      // The reader sees the error; the callback only keeps it from being thrown twice.
      yield* pipeline(Readable.from(chunks, { objectMode: false }), unpacker!, () => {}) as AsyncIterable<Buffer>;
    } catch (error) {
      if (error instanceof CameraError) throw error;
      const text = `its packed answer (${encoding || 'gzip'}) cannot be unpacked: ${(error as Error).message}`;
      throw new CameraError('answer', text, { cause: error });
    }
  }
  return unpack();
}

function unpackerOf(start: Buffer, encoding: string): Transform | null {
  // What a broken connection leaves is unpacked as well; a picture's end is looked for anyway.
  const finishFlush = constants.Z_SYNC_FLUSH;
  if (start.subarray(0, 2).equals(GZIP_START)) return createGunzip({ finishFlush });
  const isPicture = PICTURE_STARTS.some((mark) => start.subarray(0, mark.length).equals(mark));
  if (isPicture || start.length === 0) return null;
  if (/\bdeflate\b/.test(encoding)) return createInflate({ finishFlush });
  return /\bbr\b/.test(encoding) ? createBrotliDecompress() : null;
}

async function readJpeg(answer: CameraAnswer, chunks: AsyncIterable<Buffer>, mostBytes: number): Promise<PictureBytes> {
  const splitter = new JpegSplitter(mostBytes);
  const seen: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    const [picture] = splitter.push(chunk);
    if (picture !== undefined) return { mediaType: 'image/jpeg', bytes: picture };
    seen.push(chunk);
    bytes += chunk.length;
    if (bytes > mostBytes) throw tooLarge(mostBytes);
  }
  // A decoder may make more of an odd build than the splitter.
  const all = Buffer.concat(seen);
  if (hasEnding(all, 'image/jpeg')) return { mediaType: 'image/jpeg', bytes: all };
  if (!splitter.hasBegun) throw answerTrouble(answer, all.subarray(0, TEXT_BYTES));
  const told = answer.body.told === null ? '' : ` of ${answer.body.told}`;
  throw new CameraError('answer', `its picture broke off: ${bytes}${told} bytes came, without the end of a JPEG`);
}

async function readOther(body: AnswerBody, chunks: AsyncIterable<Buffer>, mostBytes: number): Promise<PictureBytes> {
  let all: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    all = Buffer.concat([all, chunk]);
    if (all.length > mostBytes) throw tooLarge(mostBytes);
    if (body.isComplete) break;
    // Without a length, a connection that stays open does not tell the end.
    if (body.framing.kind === 'close' && hasEnding(all, sniffPicture(all))) break;
  }
  return { mediaType: sniffPicture(all), bytes: all };
}

/** The beginning of a text; what came before the connection broke says enough. */
async function readText(chunks: AsyncIterable<Buffer>, isComplete: () => boolean): Promise<Buffer> {
  let all: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of chunks) {
      all = Buffer.concat([all, chunk]);
      if (all.length >= TEXT_BYTES || isComplete()) break;
    }
  } catch (error) {
    if (all.length === 0 && !(error instanceof CameraError)) throw error;
  }
  return all.subarray(0, TEXT_BYTES);
}

function tooLarge(mostBytes: number): CameraError {
  return new CameraError(
    'answer',
    `gives more than the ${mostBytes} bytes that a picture may have (limits.pictureBytes)`,
  );
}
