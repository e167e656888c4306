import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { joinPath, pathKey, shownPath } from './file-name.js';
import type { FileVersion } from './folder-state.js';
import type { SkippedKind } from './skipped-files.js';

export const PICTURE_ENDINGS = ['.jpg', '.jpeg', '.png', '.webp'];
/** Folders below one another; a folder that is mounted within itself has no end. */
export const DEEPEST_LEVEL = 32;

/** A picture's file, as it was at a look. */
export interface FoundPicture extends FileVersion {
  readonly path: Buffer;
  /** Differs whenever the file was changed or replaced. */
  readonly signature: string;
}

/** A folder that was looked into. */
export interface ScannedFolder {
  readonly path: Buffer;
  readonly key: string;
  readonly inode: bigint;
  readonly mtimeMs: number;
}

export interface FolderListing {
  /** Oldest first. */
  readonly pictures: readonly FoundPicture[];
  readonly folders: readonly ScannedFolder[];
  readonly skipped: readonly { readonly kind: SkippedKind; readonly name: string }[];
  /** Sub-folders that cannot be read. */
  readonly unreadable: readonly { readonly name: string; readonly error: NodeJS.ErrnoException }[];
  /** The file system of the folder. */
  readonly device: bigint;
  /** Nothing is there at all, as at a place where nothing is mounted. */
  readonly isEmpty: boolean;
}

/**
 * Lists a folder's pictures, with those of its sub-folders where that is asked for. Nothing is opened, and links to folders
 * are not followed, so a folder that contains itself has an end.
 *
 * @throws the system's error when the folder itself cannot be read.
 */
export async function scanFolder(folder: Buffer, recursive: boolean): Promise<FolderListing> {
  const scan = new Scan(folder, recursive);
  const { dev } = await stat(folder, { bigint: true });
  await scan.into(Buffer.alloc(0), 1);
  const pictures = scan.pictures.sort((a, b) => a.mtimeMs - b.mtimeMs || (a.key < b.key ? -1 : 1));
  const { folders, skipped, unreadable } = scan;
  const isEmpty = folders.length === 1 && pictures.length + skipped.length + unreadable.length === 0;
  return { pictures, folders, skipped, unreadable, device: dev, isEmpty };
}

class Scan {
  readonly pictures: FoundPicture[] = [];
  readonly folders: ScannedFolder[] = [];
  readonly skipped: { kind: SkippedKind; name: string }[] = [];
  readonly unreadable: { name: string; error: NodeJS.ErrnoException }[] = [];
  readonly #folder: Buffer;
  readonly #recursive: boolean;

  constructor(folder: Buffer, recursive: boolean) {
    this.#folder = folder;
    this.#recursive = recursive;
  }

  /** @param inside the sub-folder's path within the folder, empty for the folder itself. */
  async into(inside: Buffer, level: number): Promise<void> {
    const path = inside.length === 0 ? this.#folder : joinPath(this.#folder, inside);
    const stats = await stat(path, { bigint: true });
    const entries = await readdir(path, { withFileTypes: true, encoding: 'buffer' });
    this.folders.push({ path, key: pathKey(inside), inode: stats.ino, mtimeMs: Number(stats.mtimeMs) });
    for (const entry of entries) await this.#take(entry, joinPath(inside, entry.name), level);
  }

  async #take(entry: Dirent<Buffer>, inside: Buffer, level: number): Promise<void> {
    const name = entry.name.toString('latin1');
    if (name.startsWith('.')) this.#leave(entry.isDirectory() ? 'hidden folder' : 'hidden', inside);
    else if (entry.isDirectory()) await this.#folderBelow(inside, level);
    else if (!PICTURE_ENDINGS.includes(extname(name).toLowerCase())) {
      this.#leave(entry.isSymbolicLink() && (await this.#isFolder(inside)) ? 'linked folder' : 'ending', inside);
    } else await this.#file(inside);
  }

  async #folderBelow(inside: Buffer, level: number): Promise<void> {
    if (!this.#recursive) this.#leave('sub-folder', inside);
    else if (level >= DEEPEST_LEVEL) this.#leave('too deep', inside);
    else {
      await this.into(inside, level + 1).catch((error: NodeJS.ErrnoException) => {
        // It may have been removed since.
        if (error.code !== 'ENOENT') this.unreadable.push({ name: shownPath(inside), error });
      });
    }
  }

  async #file(inside: Buffer): Promise<void> {
    const path = joinPath(this.#folder, inside);
    const stats = await stat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => error);
    if (stats instanceof Error) this.#leave('broken link', inside);
    else if (stats.isDirectory()) this.#leave('linked folder', inside);
    else if (!stats.isFile()) this.#leave('no file', inside);
    else {
      const { ctimeNs, ino, mtimeNs, size } = stats;
      this.pictures.push({
        path,
        key: pathKey(inside),
        name: shownPath(inside),
        size: Number(size),
        mtimeMs: Number(mtimeNs / 1_000_000_000n) * 1_000 + Number(mtimeNs % 1_000_000_000n) / 1_000_000,
        signature: [size, mtimeNs, ctimeNs, ino].join(),
      });
    }
  }

  async #isFolder(inside: Buffer): Promise<boolean> {
    return stat(joinPath(this.#folder, inside)).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
  }

  #leave(kind: SkippedKind, inside: Buffer): void {
    this.skipped.push({ kind, name: shownPath(inside) });
  }
}
