import { isUtf8 } from 'node:buffer';
import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import { DeepThingsError } from '../../../errors.js';
import { keyedPath, pathKey } from './file-name.js';

/** What tells one version of a file from another. */
export interface FileVersion {
  /** The bytes of its path within the folder, as `pathKey` writes them. */
  readonly key: string;
  /** For people. */
  readonly name: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/**
 * The files that have been looked at, by name, size and time of change; in memory, and in a file where one is named (a
 * line of JSON each), so that the next run goes on. No larger than the folder: what is gone from there is forgotten.
 */
export class FolderState {
  readonly #path: string | undefined;
  readonly #done = new Map<string, FileVersion>();
  /** One line after the other, whole. */
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string | undefined) {
    this.#path = path;
  }

  /** @throws DeepThingsError `DT_USAGE` when the file is there and cannot be read. */
  static async open(path: string | undefined): Promise<FolderState> {
    const state = new FolderState(path);
    if (path === undefined) return state;
    const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return '';
      throw new DeepThingsError('DT_USAGE', `--state ${path} cannot be read: ${cause.message}`, { cause });
    });
    for (const line of text.split('\n')) {
      const version = parseLine(line);
      if (version !== null) state.#done.set(version.key, version);
    }
    return state;
  }

  has({ key, size, mtimeMs }: FileVersion): boolean {
    const known = this.#done.get(key);
    return known?.size === size && known.mtimeMs === mtimeMs;
  }

  /** @throws DeepThingsError `DT_OUT_FILE` when the file cannot be written. */
  async add({ key, name, size, mtimeMs }: FileVersion): Promise<void> {
    const version = { key, name, size, mtimeMs };
    this.#done.set(key, version);
    await this.#write((path) => appendFile(path, lineOf(version)));
  }

  /** Forgets files that are not in the folder any more. */
  async keepOnly(keys: ReadonlySet<string>): Promise<void> {
    const gone = [...this.#done.keys()].filter((key) => !keys.has(key));
    if (gone.length === 0) return;
    for (const key of gone) this.#done.delete(key);
    const lines = [...this.#done.values()].map(lineOf).join('');
    await this.#write(async (path) => {
      await writeFile(`${path}.new`, lines);
      await rename(`${path}.new`, path);
    });
  }

  #write(work: (path: string) => Promise<void>): Promise<void> {
    const path = this.#path;
    if (path === undefined) return this.#writing;
    const turn = this.#writing.then(() => work(path));
    this.#writing = turn.catch(() => {});
    return turn.catch((cause: Error) => {
      throw new DeepThingsError('DT_OUT_FILE', `cannot write --state ${path}: ${cause.message}`, { cause });
    });
  }
}

/** A name that is no UTF-8 has its bytes beside it. */
function lineOf({ key, name, size, mtimeMs }: FileVersion): string {
  const path = keyedPath(key);
  const bytes = isUtf8(path) ? {} : { base64: path.toString('base64') };
  return `${JSON.stringify({ name, ...bytes, size, mtimeMs })}\n`;
}

/** Null for a line that was cut off when the machine went down. */
function parseLine(line: string): FileVersion | null {
  try {
    const { base64, name, size, mtimeMs } = JSON.parse(line);
    const isVersion = typeof name === 'string' && typeof size === 'number' && typeof mtimeMs === 'number';
    if (!isVersion) return null;
    const path = typeof base64 === 'string' ? Buffer.from(base64, 'base64') : Buffer.from(name, 'utf8');
    return { key: pathKey(path), name, size, mtimeMs };
  } catch {
    return null;
  }
}
