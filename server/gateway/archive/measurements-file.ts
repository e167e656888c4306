import { readFile, stat } from 'node:fs/promises';

/** A file that is larger is none of this gateway's: profiles of 1,000 devices with 20 stages take less than 1 MiB. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * Reads what an earlier life of the gateway has measured.
 *
 * @returns the document, unchecked; null where there is none.
 * @throws Error when the file is damaged, too large or cannot be read.
 */
export async function readMeasurements(path: string): Promise<unknown> {
  try {
    const { size } = await stat(path);
    if (size > MOST_BYTES) throw new RangeError(`expected at most ${MOST_BYTES} bytes, got ${size}`);
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
