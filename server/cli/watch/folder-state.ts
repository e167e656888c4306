import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import { DeepThingsError } from '../../errors.js';

/** What tells one version of a file from another. */
export interface FileVersion {
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
      if (version !== null) state.#done.set(version.name, version);
    }
    return state;
  }

  has({ name, size, mtimeMs }: FileVersion): boolean {
    const known = this.#done.get(name);
    return known?.size === size && known.mtimeMs === mtimeMs;
  }

  /** @throws DeepThingsError `DT_OUT_FILE` when the file cannot be written. */
  async add({ name, size, mtimeMs }: FileVersion): Promise<void> {
    const version = { name, size, mtimeMs };
    this.#done.set(name, version);
    await this.#write((path) => appendFile(path, `${JSON.stringify(version)}\n`));
  }

  /** Forgets files that are not in the folder any more. */
  async keepOnly(names: ReadonlySet<string>): Promise<void> {
    const gone = [...this.#done.keys()].filter((name) => !names.has(name));
    if (gone.length === 0) return;
    for (const name of gone) this.#done.delete(name);
    const lines = [...this.#done.values()].map((version) => `${JSON.stringify(version)}\n`).join('');
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

/** Null for a line that was cut off when the machine went down. */
function parseLine(line: string): FileVersion | null {
  try {
    const { name, size, mtimeMs } = JSON.parse(line);
    const isVersion = typeof name === 'string' && typeof size === 'number' && typeof mtimeMs === 'number';
    return isVersion ? { name, size, mtimeMs } : null;
  } catch {
    return null;
  }
}
