import type { FileHandle } from 'node:fs/promises';

/**
 * Fills an array from a file.
 *
 * @param from the place of its first byte in the file.
 * @returns false when the file ends before.
 */
export async function readPart(file: FileHandle, into: Uint8Array, from: number): Promise<boolean> {
  for (let at = 0; at < into.byteLength; ) {
    const { bytesRead } = await file.read(into, at, into.byteLength - at, from + at);
    if (bytesRead === 0) return false;
    at += bytesRead;
  }
  return true;
}
