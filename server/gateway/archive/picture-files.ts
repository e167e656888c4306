import { type FileHandle, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { SharedSync } from './lmdb/shared-sync.js';

const NAME = /^[0-9a-z]{1,16}-[0-9a-z]{1,12}$/;

/**
 * Pictures, a file for each frame. Not in the database: what is deleted there stays in its file until something else
 * is written over it (docs/decisions/0007-store-on-disk.md).
 */
export class PictureFiles {
  readonly #folder: string;
  readonly #names: SharedSync;
  /** The folder, open to be synced; null before `open` and after `close`. */
  #handle: FileHandle | null = null;

  constructor(folder: string) {
    this.#folder = folder;
    // A new file is safe once its folder is: one sync does for all that are waiting for it.
    this.#names = new SharedSync(() => this.#sync());
  }

  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    this.#handle = await open(this.#folder, 'r');
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close();
  }

  /** Resolves when it is safe; leaves nothing behind when it rejects. */
  async write(id: string, picture: Uint8Array): Promise<void> {
    const path = this.#pathOf(id);
    try {
      const file = await open(path, 'w', 0o600);
      try {
        await file.writeFile(picture);
        await file.datasync();
      } finally {
        await file.close();
      }
      await this.#names.run();
    } catch (error) {
      await this.#unlink(id).catch(() => {});
      throw error;
    }
  }

  async read(id: string): Promise<Uint8Array | null> {
    try {
      return await readFile(this.#pathOf(id));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  async remove(ids: readonly string[]): Promise<void> {
    const gone = await Promise.all(ids.map((id) => this.#unlink(id)));
    if (gone.includes(true)) await this.#names.run();
  }

  /** Frames that a picture is there of. */
  async ids(): Promise<string[]> {
    return (await readdir(this.#folder)).filter((name) => NAME.test(name));
  }

  async #unlink(id: string): Promise<boolean> {
    try {
      await unlink(this.#pathOf(id));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  async #sync(): Promise<void> {
    if (this.#handle === null) throw new Error('the store is not open');
    await this.#handle.sync();
  }

  #pathOf(id: string): string {
    if (!NAME.test(id)) throw new TypeError(`${id} is no frame's id`);
    return join(this.#folder, id);
  }
}
