import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import {
  type LmdbFailure,
  type LmdbReply,
  type LmdbRequest,
  type LmdbSetup,
  type LmdbWrite,
  READY,
  type Table,
} from './lmdb-messages.js';

// By the package's own names for them, so that they are found from compiled code and from tests alike.
const { resolve } = createRequire(import.meta.url);
const WORKER_FILE = resolve('#store-worker');
const PROBE_FILE = resolve('#store-probe');

const PROBE_LIMIT_MS = 60_000;

/** An error of the database, with the system's code where it has one. */
class LmdbError extends Error {
  readonly code: string;

  constructor({ code, message }: LmdbFailure) {
    super(message);
    this.code = code;
  }
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

type Asked<R = LmdbRequest> = R extends unknown ? Omit<R, 'id'> : never;

/** The database, seen from the main thread. */
export class LmdbThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = READY;
  #ended: Error | null = null;

  private constructor(setup: LmdbSetup) {
    this.#worker = new Worker(WORKER_FILE, { workerData: setup });
    // Its first word is the answer to nothing: whether it could open the database.
    this.#worker.on('message', (reply: LmdbReply) => this.#take(reply));
    this.#worker.on('error', (error) => this.#end(error));
    this.#worker.on('exit', () => this.#end(new Error('the thread of the store has ended')));
  }

  /** @throws Error when the database cannot be opened. */
  static async open(setup: LmdbSetup): Promise<LmdbThread> {
    const thread = new LmdbThread(setup);
    await new Promise<unknown>((resolve, reject) => thread.#waiting.set(READY, { resolve, reject }));
    return thread;
  }

  /** Resolves when it is on the disk. */
  async write({ puts = [], removes = [] }: Partial<LmdbWrite>): Promise<void> {
    if (puts.length + removes.length > 0) await this.#ask({ kind: 'write', write: { puts, removes } });
  }

  async get(table: Table, key: string): Promise<Uint8Array | null> {
    return ((await this.#ask({ kind: 'get', table, key })) as Uint8Array | undefined) ?? null;
  }

  async all(table: Table): Promise<[key: string, value: Uint8Array][]> {
    return (await this.#ask({ kind: 'all', table })) as [string, Uint8Array][];
  }

  /** After everything that was asked for. */
  async close(): Promise<void> {
    await this.#ask({ kind: 'close' });
  }

  #ask(request: Asked): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== null) {
        reject(this.#ended);
        return;
      }
      const id = ++this.#lastId;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ ...request, id });
    });
  }

  #take(reply: LmdbReply): void {
    const entry = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.kind === 'done') entry?.resolve(reply.value);
    else entry?.reject(new LmdbError(reply.failure));
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** Whether a database can be read, found out by a process of its own. */
export async function isReadable(path: string): Promise<boolean> {
  try {
    await promisify(execFile)(process.execPath, [PROBE_FILE, path], { timeout: PROBE_LIMIT_MS, killSignal: 'SIGKILL' });
    return true;
  } catch {
    return false;
  }
}
