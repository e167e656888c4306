import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { joinSignals } from '../../../client/deadline-signal.js';
import type { PictureGate, PictureSource } from '../../cameras/source-picture.js';
import { hasEnding } from '../../imaging/picture-ending.js';
import type { PictureMediaType } from '../../imaging/picture-format.js';
import { pause } from '../../node/pause.js';
import { type PictureBody, readPicture } from '../submit/picture-file.js';
import type { FileVersion, FolderState } from './folder-state.js';

export interface FolderOptions {
  readonly folder: string;
  /** Ends when what is there has been looked at. */
  readonly once: boolean;
  /** Between two looks, when nothing tells that something has changed. */
  readonly rescanMs: number;
  readonly state: FolderState;
  /** Largest picture that the cluster takes, where that is known. */
  readonly pictureBytes: number | null;
  /** Told of a picture that cannot be read. */
  readonly onUnreadable: (name: string, error: Error) => void;
}

const ENDINGS = new Set(['.jpg', '.jpeg', '.png', '.webp']);
/** A file that has not changed for so long is whole. */
const SETTLED_MS = 400;
/** One whose end is missing gets so long; then it is broken, and the cluster says so. */
const UNFINISHED_MS = 10_000;

/**
 * The pictures of a folder, oldest first, each version of a file once. Nothing is moved or written there, and none is
 * dropped: those that wait are files, which take no memory. Hidden files, as programs name what they have not finished,
 * are left alone.
 */
export class FolderSource implements PictureSource {
  readonly #options: FolderOptions;
  /** Files that wait to be whole, as they were at the last look. */
  #waiting = new Map<string, FileVersion>();
  readonly #underWay = new Set<string>();
  /** What ended a submission that nobody waits for: the state file cannot be written. */
  #failure: unknown = null;

  constructor(options: FolderOptions) {
    this.#options = options;
  }

  async run(gate: PictureGate, signal: AbortSignal): Promise<void> {
    const { folder, once, rescanMs } = this.#options;
    const change = new ChangeSignal();
    const watcher = once ? null : watchFolder(folder, () => change.tell());
    try {
      while (!signal.aborted) {
        const again = await this.#look(gate, signal, once);
        if (this.#failure !== null) throw this.#failure;
        if (once && !again) return;
        await change.wait(again ? SETTLED_MS : rescanMs, signal);
      }
    } finally {
      watcher?.close();
    }
  }

  /** @returns whether there is something to come back for soon. */
  async #look(gate: PictureGate, signal: AbortSignal, once: boolean): Promise<boolean> {
    const { folder, state } = this.#options;
    const present = await listPictures(folder).catch((error: Error) => {
      if (once) throw error;
      gate.note(`the folder cannot be read (${error.message}); it is tried again`);
      return null;
    });
    if (present === null) return false;
    await state.keepOnly(new Set(present.map(({ name }) => name)));
    const before = this.#waiting;
    this.#waiting = new Map();
    const submitted: Promise<void>[] = [];
    for (const version of present) {
      if (signal.aborted) return false;
      if (state.has(version) || this.#underWay.has(version.name)) continue;
      await gate.room();
      const body = isSettled(version, before.get(version.name)) ? await this.#read(version) : 'unfinished';
      if (body === 'unfinished') this.#waiting.set(version.name, version);
      else if (body !== 'unreadable') submitted.push(this.#submit(gate, version, body));
    }
    // A run that ends waits for its pictures; one that goes on looks for new ones meanwhile.
    if (once) await Promise.all(submitted);
    return this.#waiting.size > 0;
  }

  async #read(version: FileVersion): Promise<PictureBody | 'unfinished' | 'unreadable'> {
    const { folder, onUnreadable, pictureBytes, state } = this.#options;
    try {
      const body = await readPicture(join(folder, version.name), pictureBytes);
      const isWhole = hasEnding(body.bytes, body.mediaType as PictureMediaType);
      return isWhole || Date.now() - version.mtimeMs > UNFINISHED_MS ? body : 'unfinished';
    } catch (error) {
      if (Date.now() - version.mtimeMs <= SETTLED_MS) return 'unfinished';
      await state.add(version);
      onUnreadable(version.name, error as Error);
      return 'unreadable';
    }
  }

  async #submit(gate: PictureGate, version: FileVersion, body: PictureBody): Promise<void> {
    this.#underWay.add(version.name);
    try {
      const end = await gate.submit({ name: version.name, body });
      if (end === 'done') await this.#options.state.add(version);
    } catch (error) {
      this.#failure ??= error;
    } finally {
      this.#underWay.delete(version.name);
    }
  }
}

/** Oldest first. */
async function listPictures(folder: string): Promise<FileVersion[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => !entry.isDirectory() && isPictureName(entry.name)).map(({ name }) => name);
  const versions: FileVersion[] = [];
  for (const name of names) {
    // It may have been moved away since.
    const stats = await stat(join(folder, name)).catch(() => null);
    if (stats?.isFile()) versions.push({ name, size: stats.size, mtimeMs: stats.mtimeMs });
  }
  return versions.sort((a, b) => a.mtimeMs - b.mtimeMs || (a.name < b.name ? -1 : 1));
}

function isPictureName(name: string): boolean {
  return !name.startsWith('.') && ENDINGS.has(extname(name).toLowerCase());
}

/** Old enough, or the same at two looks; an empty file is about to be written. */
function isSettled(version: FileVersion, before: FileVersion | undefined): boolean {
  if (version.size === 0) return Date.now() - version.mtimeMs > UNFINISHED_MS;
  const same = before?.size === version.size && before.mtimeMs === version.mtimeMs;
  return same || Date.now() - version.mtimeMs > SETTLED_MS;
}

/** Null where the system cannot tell of changes; then the folder is looked at now and again. */
function watchFolder(folder: string, onChange: () => void): FSWatcher | null {
  try {
    return watch(folder, onChange).on('error', () => {});
  } catch {
    return null;
  }
}

/** Remembers that something has changed until somebody waits for it. */
class ChangeSignal {
  #told = false;
  #wake: AbortController | null = null;

  tell(): void {
    this.#told = true;
    this.#wake?.abort();
  }

  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#told) {
      this.#wake = new AbortController();
      const held = joinSignals([signal, this.#wake.signal]);
      await pause(ms, held.signal);
      held.release();
      this.#wake = null;
    }
    this.#told = false;
  }
}
