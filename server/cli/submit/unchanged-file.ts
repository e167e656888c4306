import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Two changes within one tick of the file system's clock have the same time. */
const TICK_MS = 20;

export interface FileReading {
  readonly path: string | Buffer;
  /** At most one byte more than this is read. */
  readonly mostBytes: number;
  /** Refuses pipes, sockets and devices, of which opening alone can wait for ever. */
  readonly filesOnly: boolean;
}

/**
 * Reads a file whole. What is read while another program writes would be the half of one picture and the rest of another.
 *
 * @returns `changed` when the file was changed while it was read, or so shortly before that its time would not show it.
 * @throws the system's error; one with the code `ENOTFILE` for what is no file.
 */
export async function readUnchanged({ path, mostBytes, filesOnly }: FileReading): Promise<Uint8Array | 'changed'> {
  const handle = await open(path, filesOnly ? constants.O_RDONLY | constants.O_NONBLOCK : constants.O_RDONLY);
  try {
    const before = await handle.stat({ bigint: true });
    if (filesOnly && !before.isFile()) throw Object.assign(new Error('is no file'), { code: 'ENOTFILE' });
    const bytes = await readBounded(handle, mostBytes);
    // A pipe has no versions.
    if (!before.isFile()) return bytes;
    const after = await handle.stat({ bigint: true });
    const isSame = before.size === after.size && before.mtimeNs === after.mtimeNs && before.ctimeNs === after.ctimeNs;
    return isSame && Math.abs(Date.now() - Number(after.ctimeMs)) > TICK_MS ? bytes : 'changed';
  } finally {
    await handle.close();
  }
}

async function readBounded(handle: FileHandle, mostBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  // By what is read, not by the file's size: a pipe says nothing of its own. One byte more tells a file too large.
  const stream = handle.createReadStream({ end: mostBytes, autoClose: false });
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
