/** Entry of the store's thread: it waits for the disk, so that the main thread does not. */
import { parentPort, workerData } from 'node:worker_threads';
import { type AskedWrite, type LmdbReply, type LmdbRequest, type LmdbSetup, READY } from './lmdb-messages.js';
import { LmdbTables } from './lmdb-tables.js';

const port = parentPort!;
const { path } = workerData as LmdbSetup;

// lmdb rejects, besides what it throws, promises that nobody has hold of when a transaction fails.
process.on('unhandledRejection', () => {});

function send(reply: LmdbReply): void {
  port.postMessage(reply);
}

function serve(tables: LmdbTables): void {
  let waiting: AskedWrite[] = [];

  /** Everything that came while the disk was busy goes into one transaction. */
  function writeAll(): void {
    const writes = waiting;
    waiting = [];
    try {
      tables.write(writes.map(({ write }) => write));
      send({ kind: 'written', ids: writes.map(({ id }) => id) });
    } catch (error) {
      // One that is too large must not take the others with it.
      if (writes.length > 1) for (const write of writes) writeOne(write);
      else for (const { id } of writes) send({ kind: 'failed', id, failure: tables.failureOf(error) });
    }
  }

  function writeOne({ id, write }: AskedWrite): void {
    try {
      tables.write([write]);
      send({ kind: 'written', ids: [id] });
    } catch (error) {
      send({ kind: 'failed', id, failure: tables.failureOf(error) });
    }
  }

  port.on('message', (request: LmdbRequest) => {
    if (request.kind === 'write') {
      if (waiting.length === 0) setImmediate(writeAll);
      waiting.push(...request.writes);
      return;
    }
    // Earlier writes come before this request.
    if (waiting.length > 0) writeAll();
    void answer(request).catch((error: unknown) => {
      send({ kind: 'failed', id: request.id, failure: tables.failureOf(error) });
    });
  });

  async function answer(request: Exclude<LmdbRequest, { kind: 'write' }>): Promise<void> {
    const { id } = request;
    if (request.kind === 'get') send({ kind: 'done', id, value: tables.get(request.table, request.key) });
    else if (request.kind === 'all') send({ kind: 'done', id, value: tables.all(request.table) });
    else {
      await tables.close();
      send({ kind: 'done', id, value: null });
      port.close();
    }
  }
}

try {
  serve(new LmdbTables(path));
  send({ kind: 'done', id: READY, value: null });
} catch (error) {
  const { code, message } = error as { code?: string | number; message: string };
  send({ kind: 'failed', id: READY, failure: { code: String(code ?? ''), message } });
}
