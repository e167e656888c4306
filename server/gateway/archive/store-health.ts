import { statfsSync } from 'node:fs';
import type { Logger } from '../../node/observe/logger.js';
import type { ArchiveError } from './archive-error.js';

/** Less than this is no room: a picture or two. */
const ROOM_BYTES = 8 * 2 ** 20;
/** A share of the disk that is used up (a quota) does not show in its free bytes: after so long it may be tried again. */
const TRY_AGAIN_MS = 10_000;

export interface StoreHealthParts {
  readonly folder: string;
  readonly log: Logger;
  readonly nowMs: () => number;
  /** Bytes of the disk that this user may still fill. */
  readonly freeBytes?: (folder: string) => number;
}

/**
 * Knows whether the store takes pictures: not from a write that failed until one is taken, or until there is room again. A
 * gateway that is not ready gets no more of them, so a picture alone would never tell.
 */
export class StoreHealth {
  readonly #parts: Required<StoreHealthParts>;
  #failure: { readonly error: ArchiveError; readonly atMs: number } | null = null;

  constructor(parts: StoreHealthParts) {
    this.#parts = { freeBytes, ...parts };
  }

  failed(error: ArchiveError): void {
    if (this.#failure === null) this.#parts.log.error({ folder: this.#parts.folder }, error.message);
    this.#failure = { error, atMs: this.#parts.nowMs() };
  }

  /** A picture was taken. */
  succeeded(): void {
    if (this.#failure === null) return;
    this.#failure = null;
    this.#parts.log.info({ folder: this.#parts.folder }, 'the store can be written again');
  }

  /** Why the store cannot be written; null when it can, as far as is known. */
  problem(): ArchiveError | null {
    if (this.#failure === null) return null;
    const { error, atMs } = this.#failure;
    if (this.#parts.nowMs() - atMs < TRY_AGAIN_MS) return error;
    if (error.code === 'DT_STORE_FULL' && this.#parts.freeBytes(this.#parts.folder) < ROOM_BYTES) return error;
    this.#failure = null;
    this.#parts.log.info({ folder: this.#parts.folder }, 'pictures are taken again, to try the store');
    return null;
  }
}

/** @returns infinity where the system does not tell. */
function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
