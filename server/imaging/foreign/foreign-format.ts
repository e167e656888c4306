import { byteCount, type ForeignFormat, REMEDY } from './format-names.js';
import { nameMediaFile } from './media-files.js';
import { signedFormat } from './signatures.js';
import { nameText } from './texts.js';

/** Bytes that are looked at, so that naming takes no time, however much was sent. */
const HEAD_BYTES = 4_096;

/** Names a format by its first bytes; never shows more of a stranger's data than eight of them. */
export function nameForeignFormat(bytes: Uint8Array): ForeignFormat {
  const head = headOf(bytes);
  return signedForeignFormat(bytes) ?? nameText(head, bytes.length) ?? unknown(head, bytes.length);
}

/** Names a format that has a signature; null for text, and for a format that is not known here. */
export function signedForeignFormat(bytes: Uint8Array): ForeignFormat | null {
  const head = headOf(bytes);
  return nameMediaFile(head) ?? signedFormat(head);
}

function headOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEAD_BYTES));
}

function unknown(head: Buffer, length: number): ForeignFormat {
  const name = `${byteCount(length)} of an unknown format, starting with ${head.subarray(0, 8).toString('hex')}`;
  return { name, remedy: REMEDY.convert };
}
