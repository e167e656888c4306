/** What the store's thread and the main thread say to each other. */

export type Table = 'frames' | 'traces' | 'meta';

export interface LmdbSetup {
  /** The database's file. */
  readonly path: string;
}

/** All of it is there afterwards, or nothing. */
export interface LmdbWrite {
  readonly puts: readonly { readonly table: Table; readonly key: string; readonly value: Uint8Array }[];
  readonly removes: readonly { readonly table: Table; readonly key: string }[];
}

/** A write that is asked for. */
export interface AskedWrite {
  readonly id: number;
  readonly write: LmdbWrite;
}

export type LmdbRequest =
  | { readonly kind: 'write'; readonly writes: readonly AskedWrite[] }
  | { readonly kind: 'get'; readonly id: number; readonly table: Table; readonly key: string }
  | { readonly kind: 'all'; readonly id: number; readonly table: Table }
  | { readonly kind: 'close'; readonly id: number };

export interface LmdbFailure {
  /** Of the system, such as `ENOSPC`; empty for LMDB's own. */
  readonly code: string;
  readonly message: string;
}

/** The id of what the thread says first, unasked: whether the database is open. */
export const READY = 0;

export type LmdbReply =
  | { readonly kind: 'written'; readonly ids: readonly number[] }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: LmdbFailure };
