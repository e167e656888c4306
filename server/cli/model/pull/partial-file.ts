import { type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DeepThingsError } from '../../../errors.js';
import { formatBytes } from '../../terminal/quantities.js';

/** Which version of which address the bytes are of. */
export interface PartialOrigin {
  readonly url: string;
  /** What the server says to tell versions apart (a strong ETag, else Last-Modified); null: it cannot be gone on with. */
  readonly validator: string | null;
}

/** Codes of a file system that takes no more. */
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/**
 * What has been fetched of a file so far, in `<target>.part`, with a note beside it of where it came from, so that a
 * later run can go on. It becomes the target in one step, once it is whole and on the disk.
 */
export class PartialFile {
  readonly #target: string;
  readonly #file: FileHandle;
  #bytes: number;
  #origin: PartialOrigin | null;

  private constructor(target: string, file: FileHandle, bytes: number, origin: PartialOrigin | null) {
    this.#target = target;
    this.#file = file;
    this.#bytes = bytes;
    this.#origin = origin;
  }

  /** Opens what an earlier run has left, or begins. */
  static async open(target: string): Promise<PartialFile> {
    const file = await open(partPath(target), 'a+');
    const { size } = await file.stat();
    return new PartialFile(target, file, size, await readOrigin(target));
  }

  get bytes(): number {
    return this.#bytes;
  }

  get path(): string {
    return partPath(this.#target);
  }

  /** How to ask this address for the rest; null when it has to be fetched from the start. */
  validatorFor(url: string): string | null {
    return this.#bytes > 0 && this.#origin?.url === url ? this.#origin.validator : null;
  }

  /** Begins anew. */
  async restart(origin: PartialOrigin): Promise<void> {
    // In this order: bytes must never stand beside the note of another version.
    await rm(notePath(this.#target), { force: true });
    await this.#file.truncate(0);
    this.#bytes = 0;
    this.#origin = origin;
    await writeFile(notePath(this.#target), JSON.stringify(origin));
  }

  /** @throws DeepThingsError `DT_PULL_SPACE` when there is no room for it. */
  async append(chunk: Uint8Array): Promise<void> {
    try {
      let done = 0;
      while (done < chunk.byteLength) {
        const { bytesWritten } = await this.#file.write(chunk, done);
        done += bytesWritten;
        this.#bytes += bytesWritten;
      }
    } catch (cause) {
      if (!NO_ROOM.has((cause as NodeJS.ErrnoException).code ?? '')) throw cause;
      throw noRoom(dirname(this.#target), this.#bytes, cause);
    }
  }

  read(length: number): Promise<Uint8Array> {
    return this.#file
      .read(new Uint8Array(length), 0, length, 0)
      .then(({ buffer, bytesRead }) => buffer.subarray(0, bytesRead));
  }

  /** Makes it the target. */
  async finish(): Promise<void> {
    await this.#file.sync();
    await rename(partPath(this.#target), this.#target);
    await rm(notePath(this.#target), { force: true });
    const folder = await open(dirname(this.#target));
    await folder.sync().finally(() => folder.close());
  }

  /** Removes what was fetched. */
  async discard(): Promise<void> {
    await rm(notePath(this.#target), { force: true });
    await this.#file.truncate(0);
    this.#bytes = 0;
    this.#origin = null;
  }

  /** Bytes are kept for a later run; without any, nothing stays behind. */
  async close(): Promise<void> {
    await this.#file.close();
    if (this.#bytes > 0) return;
    await rm(partPath(this.#target), { force: true });
    await rm(notePath(this.#target), { force: true });
  }
}

/** @param kept bytes that were fetched so far. */
export function noRoom(folder: string, kept: number, cause?: unknown): DeepThingsError {
  const so = kept > 0 ? `the ${formatBytes(kept)} that are there are kept, and the next pull goes on from them: ` : '';
  return new DeepThingsError('DT_PULL_SPACE', `there is no room left in ${folder}: ${so}free some and pull again`, {
    cause,
  });
}

/** Bytes of an unfinished pull; 0 when there is none. */
export async function partialBytes(target: string): Promise<number> {
  const file = await open(partPath(target)).catch(() => null);
  if (file === null) return 0;
  return file
    .stat()
    .then(({ size }) => size)
    .finally(() => file.close());
}

function partPath(target: string): string {
  return `${target}.part`;
}

function notePath(target: string): string {
  return `${target}.part.json`;
}

/** Null when there is none, or one that was cut off. */
async function readOrigin(target: string): Promise<PartialOrigin | null> {
  try {
    const { url, validator } = JSON.parse(await readFile(notePath(target), 'utf8'));
    return typeof url === 'string' && typeof validator === 'string' ? { url, validator } : null;
  } catch {
    return null;
  }
}
