import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import {
  type AskedWrite,
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

type Asked<R = Exclude<LmdbRequest, { kind: 'write' }>> = R extends unknown ? Omit<R, 'id'> : never;

/** The database, seen from the main thread. */
export class LmdbThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  /** Writes that go to the thread at the end of this turn of the event loop: a message costs more than what is in it. */
  #writes: AskedWrite[] = [];
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
    if (puts.length + removes.length === 0) return;
    await this.#waitFor((id) => {
      if (this.#writes.push({ id, write: { puts, removes } }) === 1) setImmediate(() => this.#sendWrites());
    });
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
    return this.#waitFor((id) => {
      // Earlier writes come before this request.
      this.#sendWrites();
      this.#send({ ...request, id });
    });
  }

  /** @param ask asks the thread under an id; resolves when that is answered. */
  #waitFor(ask: (id: number) => void): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== null) {
        reject(this.#ended);
        return;
      }
      const id = ++this.#lastId;
      this.#waiting.set(id, { resolve, reject });
      ask(id);
    });
  }

  #sendWrites(): void {
    const writes = this.#writes;
    this.#writes = [];
    if (writes.length > 0) this.#send({ kind: 'write', writes });
  }

  #send(request: LmdbRequest): void {
    this.#worker.postMessage(request);
  }

  #take(reply: LmdbReply): void {
    if (reply.kind === 'written') {
      for (const id of reply.ids) this.#settle(id, ({ resolve }) => resolve(null));
    } else if (reply.kind === 'done') this.#settle(reply.id, ({ resolve }) => resolve(reply.value));
    else this.#settle(reply.id, ({ reject }) => reject(new LmdbError(reply.failure)));
  }

  #settle(id: number, settle: (entry: Waiting) => void): void {
    const entry = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (entry !== undefined) settle(entry);
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
