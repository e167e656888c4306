import { chmodSync, statfsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import { reserveFile } from '../file-reserve.js';
import type { LmdbFailure, LmdbWrite, Table } from './lmdb-messages.js';

const TABLES = ['frames', 'traces', 'meta'] as const;
const NAME_OF_ERRNO = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));
const MAP_FULL = -30_792;
/** Less than this is no room: LMDB wants a few pages for whatever it writes. */
const NO_ROOM_BYTES = 256 * 1024;
/** Pages of trees and of the list of free ones that a transaction writes anew, beside those of the values: */
const PAGES = { perEntry: 6, perTransaction: 16 };
/** Pages that only transactions that remove something may use: a full store can be emptied. */
const PAGES_FOR_REMOVING = 128;

interface LmdbStats {
  readonly pageSize: number;
  readonly lastPageNumber: number;
}

/**
 * The database: tables of bytes by text. The only place that knows LMDB. It blocks while a disk syncs, and a damaged file
 * takes the whole process down with it (SIGBUS), so that it runs in a thread of its own, after a probe.
 */
export class LmdbTables {
  readonly #path: string;
  readonly #root: RootDatabase<Buffer, string>;
  readonly #tables: ReadonlyMap<Table, Database<Buffer, string>>;

  constructor(path: string, { readOnly = false } = {}) {
    this.#path = path;
    this.#root = open<Buffer, string>({
      path,
      encoding: 'binary',
      maxDbs: TABLES.length,
      readOnly,
      // A write that has returned is on the disk.
      overlappingSync: false,
      // Nothing of this process's memory gets into the file.
      noMemInit: false,
    });
    this.#tables = new Map(
      TABLES.map((name) => [name, this.#root.openDB<Buffer, string>({ name, encoding: 'binary' })]),
    );
    if (readOnly) return;
    for (const file of [path, `${path}-lock`]) chmodSync(file, 0o600);
  }

  /**
   * Writes all of it in one transaction, which is on the disk when this returns.
   *
   * @throws Error when it could not be written; then nothing of it is there.
   */
  write(writes: readonly LmdbWrite[]): void {
    this.#reserve(writes);
    this.#root.transactionSync(() => {
      for (const { puts, removes } of writes) {
        for (const { table, key, value } of puts) this.#table(table).putSync(key, asBuffer(value));
        for (const { table, key } of removes) this.#table(table).removeSync(key);
      }
    });
  }

  get(table: Table, key: string): Uint8Array | undefined {
    return this.#table(table).get(key);
  }

  all(table: Table): [key: string, value: Uint8Array][] {
    return [...this.#table(table).getRange()].map(({ key, value }) => [key, value]);
  }

  async close(): Promise<void> {
    await this.#root.close();
  }

  failureOf(error: unknown): LmdbFailure {
    const { code, message } = error as { code?: number | string; message: string };
    if (code === MAP_FULL) return { code: 'ENOSPC', message };
    const name = typeof code === 'number' ? (NAME_OF_ERRNO.get(code) ?? '') : (code ?? '');
    // A page of which only a part could be written.
    if (name === 'EIO' && this.#hasNoRoom()) return { code: 'ENOSPC', message };
    return { code: name, message };
  }

  /**
   * Has the disk give the room for a transaction before LMDB asks for it: a write that fails within LMDB leaves the memory
   * of this process damaged (seen with lmdb 3.5.6: "malloc(): invalid size").
   */
  #reserve(writes: readonly LmdbWrite[]): void {
    const { pageSize, lastPageNumber } = this.#root.getStats() as LmdbStats;
    let pages = lastPageNumber + 1 + PAGES.perTransaction;
    if (writes.some(({ puts }) => puts.length > 0)) pages += PAGES_FOR_REMOVING;
    for (const { puts, removes } of writes) {
      for (const { value } of puts) pages += PAGES.perEntry + Math.ceil(value.byteLength / pageSize);
      pages += PAGES.perEntry * removes.length;
    }
    reserveFile(this.#path, pages * pageSize);
  }

  #hasNoRoom(): boolean {
    const { bavail, bsize } = statfsSync(dirname(this.#path));
    return bavail * bsize < NO_ROOM_BYTES;
  }

  #table(name: Table): Database<Buffer, string> {
    return this.#tables.get(name)!;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
