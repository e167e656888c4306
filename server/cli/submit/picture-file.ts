import { readFile, stat } from 'node:fs/promises';
import { DeepThingsError } from '../../errors.js';
import { sniffPicture } from '../../imaging/picture-format.js';
import { formatBytes } from '../quantities.js';

/** Whatever a cluster takes: more than this is no picture. */
const LARGEST_PICTURE_BYTES = 2 ** 30;

/** A picture as it is submitted. */
export interface PictureBody {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads a picture's file.
 *
 * @param mostBytes what the cluster takes, where that is known.
 * @throws DeepThingsError `DT_PICTURE_…` when there is no such file, it is too large or no picture.
 */
export async function readPicture(path: string, mostBytes: number | null): Promise<PictureBody> {
  const bytes = await readBounded(path, mostBytes ?? LARGEST_PICTURE_BYTES);
  return { mediaType: sniffPicture(bytes), bytes };
}

async function readBounded(path: string, mostBytes: number): Promise<Uint8Array> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) throw new DeepThingsError('DT_PICTURE_FILE', 'is a folder, expected a picture');
    if (stats.size > mostBytes) {
      const message = `has ${formatBytes(stats.size)}, and the cluster takes pictures up to ${formatBytes(mostBytes)}`;
      throw new DeepThingsError('DT_PICTURE_TOO_LARGE', message);
    }
    return await readFile(path);
  } catch (error) {
    if (error instanceof DeepThingsError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const message = code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code ?? String(error)})`;
    throw new DeepThingsError('DT_PICTURE_FILE', message, { cause: error });
  }
}
