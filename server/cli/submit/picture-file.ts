import { createReadStream } from 'node:fs';
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
  const chunks: Buffer[] = [];
  try {
    // By what is read, not by the file's size: a pipe says nothing of its own. One byte more tells a file too large.
    for await (const chunk of createReadStream(path, { end: mostBytes })) chunks.push(chunk as Buffer);
  } catch (cause) {
    throw new DeepThingsError('DT_PICTURE_FILE', describeTrouble(cause as NodeJS.ErrnoException), { cause });
  }
  const bytes = Buffer.concat(chunks);
  if (bytes.byteLength <= mostBytes) return bytes;
  const message = `has more than the ${formatBytes(mostBytes)} that the cluster takes (limits.pictureBytes)`;
  throw new DeepThingsError('DT_PICTURE_TOO_LARGE', message);
}

function describeTrouble({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'there is no such file';
  return code === 'EISDIR' ? 'is a folder, expected a picture' : `cannot be read (${code ?? message})`;
}
