/** For how long the folder knows a file. */
export interface FileAge {
  /** Since this version of it was first seen. */
  readonly unchangedMs: number;
  /** Since any version of it was first seen. */
  readonly knownMs: number;
}

/** How long files get to become whole. */
export interface FolderPatience {
  /** A file that has not changed for so long is not being written. */
  readonly settledMs: number;
  /** A file without an end, or without anything in it, that has not changed for so long is broken. */
  readonly unfinishedMs: number;
  /** A file that has kept changing for so long may never stop. */
  readonly changingMs: number;
  /** Files that are waited for longer than this are named. */
  readonly quietMs: number;
}

export const FOLDER_PATIENCE: FolderPatience = {
  settledMs: 400,
  unfinishedMs: 10_000,
  changingMs: 60_000,
  quietMs: 2_000,
};

/**
 * The ages of files, counted from when they were first seen. Their own dates do not count: a camera's clock may be wrong, and
 * a copy keeps the date of what was copied.
 */
export class FileAges {
  readonly #files = new Map<string, { signature: string; readonly knownMs: number; changedMs: number }>();

  /** @param nowMs of a clock that only goes forward. */
  observe(key: string, signature: string, nowMs: number): FileAge {
    const file = this.#files.get(key) ?? { signature, knownMs: nowMs, changedMs: nowMs };
    if (file.signature !== signature) Object.assign(file, { signature, changedMs: nowMs });
    this.#files.set(key, file);
    return { unchangedMs: nowMs - file.changedMs, knownMs: nowMs - file.knownMs };
  }

  forget(key: string): void {
    this.#files.delete(key);
  }

  /** Forgets files that are not there any more. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const key of this.#files.keys()) if (!keys.has(key)) this.#files.delete(key);
  }
}

/** Whether a file is to be read; `endless` when it has kept changing for too long, `empty` when nothing comes any more. */
export function judgeFile(size: number, age: FileAge, patience: FolderPatience): 'wait' | 'read' | 'empty' | 'endless' {
  if (age.unchangedMs < patience.settledMs) return age.knownMs >= patience.changingMs ? 'endless' : 'wait';
  if (size > 0) return 'read';
  return age.unchangedMs >= patience.unfinishedMs ? 'empty' : 'wait';
}
