import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';

/** Files grow by so much at a time, where there is room for it. */
const STEP_BYTES = 2 ** 20;
const ZEROS = Buffer.alloc(2 ** 16);

/**
 * Lengthens a file with zeros until it has at least so many bytes, which are then its own on the disk. It stays as it is
 * where that long already.
 *
 * @throws Error of the system (`ENOSPC`, `EDQUOT`) when there is no room; the file is then as long as it was.
 */
export function reserveFile(path: string, bytes: number): void {
  const file = openSync(path, 'r+');
  try {
    const { size } = fstatSync(file);
    if (size >= bytes) return;
    if (!lengthen(file, size, Math.ceil(bytes / STEP_BYTES) * STEP_BYTES)) lengthenOrThrow(file, size, bytes);
  } finally {
    closeSync(file);
  }
}

function lengthen(file: number, size: number, end: number): boolean {
  try {
    lengthenOrThrow(file, size, end);
    return true;
  } catch {
    return false;
  }
}

function lengthenOrThrow(file: number, size: number, end: number): void {
  try {
    for (let at = size; at < end; ) at += writeSync(file, ZEROS, 0, Math.min(ZEROS.byteLength, end - at), at);
  } catch (error) {
    ftruncateSync(file, size);
    throw error;
  }
}
