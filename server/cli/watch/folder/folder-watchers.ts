import { type FSWatcher, watch } from 'node:fs';
import { formatCount } from '../../terminal/quantities.js';
import type { ScannedFolder } from './folder-scan.js';

/** The system has a limit for each user (`fs.inotify.max_user_watches`), which other programs need too. */
export const MOST_WATCHED_FOLDERS = 256;

export interface FolderWatchersParts {
  readonly onChange: () => void;
  /** Between two looks, where the system tells of no changes. */
  readonly rescanMs: number;
  readonly say: (text: string) => void;
}

/** Has the system tell of changes in folders, in those that changed last where there are too many. */
export class FolderWatchers {
  readonly #parts: FolderWatchersParts;
  readonly #watchers = new Map<string, FSWatcher>();
  #isLimitTold = false;

  constructor(parts: FolderWatchersParts) {
    this.#parts = parts;
  }

  /** Watches these folders from now on, and no other. */
  keep(folders: readonly ScannedFolder[]): void {
    const newest = [...folders].sort((a, b) => b.mtimeMs - a.mtimeMs).slice(0, MOST_WATCHED_FOLDERS);
    // A folder that was removed and made again is another one.
    const wanted = new Map(newest.map((folder) => [`${folder.inode} ${folder.key}`, folder]));
    for (const [key, watcher] of this.#watchers) {
      if (wanted.has(key)) continue;
      watcher.close();
      this.#watchers.delete(key);
    }
    for (const [key, folder] of wanted) {
      if (!this.#watchers.has(key) && !this.#watch(key, folder)) break;
    }
    if (this.#watchers.size < folders.length) this.#tellLimit(folders.length);
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  /** @returns false when the system watches no more of them. */
  #watch(key: string, { path }: ScannedFolder): boolean {
    try {
      const watcher = watch(path, () => this.#parts.onChange());
      // A folder that is gone; the next look will see.
      watcher.on('error', () => watcher.close());
      this.#watchers.set(key, watcher);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOENT';
    }
  }

  #tellLimit(folders: number): void {
    if (this.#isLimitTold) return;
    this.#isLimitTold = true;
    const rest = formatCount(folders - this.#watchers.size, 'folder');
    const seconds = this.#parts.rescanMs / 1000;
    this.#parts.say(
      `the system tells of no changes in ${rest}: pictures there are found every ${seconds} s (--interval)`,
    );
  }
}
