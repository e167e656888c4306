import { setTimeout as sleep } from 'node:timers/promises';
import { DeepThingsError } from '../../errors.js';
import { sniffPicture } from '../../imaging/picture-format.js';
import { formatBytes } from '../terminal/quantities.js';
import { type FileReading, readUnchanged } from './unchanged-file.js';

/** Whatever a cluster takes: more than this is no picture. */
const LARGEST_PICTURE_BYTES = 2 ** 30;
/** Tries at a file that another program writes, and the pause between two. */
const TRIES = 20;
const RETRY_MS = 250;

/** A picture as it is submitted. */
export interface PictureBody {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads a picture that was named: a file, or a pipe. A file that another program is writing is read again until it is the
 * same before and after, for some five seconds.
 *
 * @param mostBytes what the cluster takes, where that is known.
 * @throws DeepThingsError `DT_PICTURE_…` when there is no such file, it is too large, no picture or does not stop changing.
 */
export async function readPicture(path: string | Buffer, mostBytes: number | null): Promise<PictureBody> {
  for (let number = 1; number <= TRIES; number++) {
    const picture = await attempt({ path, mostBytes: mostBytes ?? LARGEST_PICTURE_BYTES, filesOnly: false });
    if (picture !== 'changed') return picture;
    await sleep(RETRY_MS);
  }
  const message = `is being written: it changed each of the ${TRIES} times that it was read; submit it when it is whole`;
  throw new DeepThingsError('DT_PICTURE_CHANGING', message);
}

/**
 * Reads a picture that was found in a folder, once.
 *
 * @returns `changed` when another program is writing it.
 * @throws DeepThingsError as `readPicture`.
 */
export async function readFoundPicture(path: Buffer, mostBytes: number | null): Promise<PictureBody | 'changed'> {
  return attempt({ path, mostBytes: mostBytes ?? LARGEST_PICTURE_BYTES, filesOnly: true });
}

async function attempt(reading: FileReading): Promise<PictureBody | 'changed'> {
  const bytes = await readUnchanged(reading).catch((cause: NodeJS.ErrnoException) => {
    throw new DeepThingsError('DT_PICTURE_FILE', describeTrouble(cause), { cause });
  });
  if (bytes === 'changed') return bytes;
  if (bytes.byteLength > reading.mostBytes) {
    const message = `has more than the ${formatBytes(reading.mostBytes)} that the cluster takes (limits.pictureBytes)`;
    throw new DeepThingsError('DT_PICTURE_TOO_LARGE', message);
  }
  return { mediaType: sniffPicture(bytes), bytes };
}

function describeTrouble({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EISDIR':
      return 'is a folder, expected a picture';
    case 'ENOTFILE':
      return 'is no file, expected a picture';
    case 'EACCES':
      return 'cannot be read: this user may not (EACCES)';
    default:
      return `cannot be read (${code ?? message})`;
  }
}
