import { closeSync, openSync, readSync } from 'node:fs';
import { DeepThingsError } from '../../errors.js';
import type { Remark } from '../remark.js';
import { sniffFile } from './file-kind.js';

/** A cfg or a list of labels is text of some kilobytes. */
export const LARGEST_TEXT_BYTES = 2 ** 20;
/** The longest lines of published cfgs, anchors and routes, have some hundred characters. */
const LONGEST_LINE = 10_000;

/**
 * Reads a text file, up to `LARGEST_TEXT_BYTES`, in the encodings that editors write: UTF-8 and UTF-16, with or without
 * a byte order mark.
 *
 * @param what the file in messages: `cfg`.
 * @param remark receives what the reader had to guess.
 * @throws DT_MODEL_FILE when the file cannot be read, is too large or is no text; the message says what it is instead.
 */
export function readTextFile(path: string, what: string, remark: Remark): string {
  const bytes = readBounded(path, what);
  const kind = sniffFile(bytes);
  const isExpected = kind === undefined || (what === 'cfg' && /Darknet cfg/.test(kind.name));
  if (!isExpected) throw unreadable(path, what, `it is ${kind.name}`, kind.remedy);
  try {
    return decodeText(bytes, () => remark(`${path} is not UTF-8: it was read as Latin-1; save it as UTF-8`));
  } catch (cause) {
    if (!(cause instanceof DeepThingsError)) throw cause;
    throw unreadable(path, what, cause.message, 'save it as UTF-8 text', cause);
  }
}

/**
 * Splits a text into lines, whatever ends them: LF (Unix), CR LF (Windows) or CR (old Macintosh).
 *
 * @throws DT_TEXT_LINE for a line of more than 10,000 characters, with its number.
 */
export function splitLines(text: string): readonly string[] {
  const lines = text.split(/\r\n|\n|\r/);
  const long = lines.findIndex((line) => line.length > LONGEST_LINE);
  if (long < 0) return lines;
  throw new DeepThingsError(
    'DT_TEXT_LINE',
    `line ${long + 1} has ${lines[long]!.length} characters, and ${LONGEST_LINE} is the most: name the right file`,
  );
}

/**
 * Decodes a text file's bytes. Bytes that are not valid UTF-8 are taken as Latin-1: comments of old cfgs have them.
 *
 * @param onLatin1 called when the bytes were taken as Latin-1.
 * @throws DT_TEXT_ENCODING for what is no text.
 */
export function decodeText(bytes: Uint8Array, onLatin1: () => void = () => {}): string {
  if (startsWith(bytes, 0xff, 0xfe, 0, 0) || startsWith(bytes, 0, 0, 0xfe, 0xff)) {
    throw new DeepThingsError('DT_TEXT_ENCODING', 'it is UTF-32 text');
  }
  const encoding = encodingOf(bytes);
  if (encoding !== 'utf-8') return new TextDecoder(encoding).decode(bytes);
  if (bytes.includes(0)) throw new DeepThingsError('DT_TEXT_ENCODING', 'it has bytes that no text has');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    onLatin1();
    return new TextDecoder('latin1').decode(bytes);
  }
}

function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (startsWith(bytes, 0xff, 0xfe)) return 'utf-16le';
  if (startsWith(bytes, 0xfe, 0xff)) return 'utf-16be';
  // Without a mark: of ASCII text in UTF-16 every second byte is zero.
  const zeros = [0, 0];
  const sample = bytes.subarray(0, 512);
  for (const [index, byte] of sample.entries()) if (byte === 0) zeros[index % 2]! += 1;
  const [even = 0, odd = 0] = zeros;
  const most = sample.byteLength / 4;
  if (odd > most && even === 0) return 'utf-16le';
  return even > most && odd === 0 ? 'utf-16be' : 'utf-8';
}

function startsWith(bytes: Uint8Array, ...start: readonly number[]): boolean {
  return start.every((byte, index) => bytes[index] === byte);
}

/** Reads up to the limit and a byte more, also from what has no size, such as a pipe. */
function readBounded(path: string, what: string): Uint8Array {
  const bytes = new Uint8Array(LARGEST_TEXT_BYTES + 1);
  let length = 0;
  try {
    const file = openSync(path, 'r');
    try {
      for (let read = -1; read !== 0 && length < bytes.byteLength; length += read) {
        read = readSync(file, bytes, length, bytes.byteLength - length, null);
      }
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : (code ?? String(cause));
    throw unreadable(path, what, reason, 'correct the path', cause);
  }
  if (length <= LARGEST_TEXT_BYTES) return bytes.subarray(0, length);
  const kind = sniffFile(bytes);
  const reason = kind === undefined ? `it has more than ${LARGEST_TEXT_BYTES} bytes` : `it is ${kind.name}`;
  throw unreadable(path, what, reason, kind?.remedy ?? 'name the right file');
}

function unreadable(path: string, what: string, reason: string, remedy: string, cause?: unknown): DeepThingsError {
  return new DeepThingsError('DT_MODEL_FILE', `cannot read the ${what} file ${path}: ${reason}; ${remedy}`, { cause });
}
