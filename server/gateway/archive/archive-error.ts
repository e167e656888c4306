import { DeepThingsError } from '../../errors.js';

/** The disk is full, or the user's share of it. LMDB tells of a page that fitted in part only as an EIO. */
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** `DT_STORE_FULL` or `DT_STORE_FAILED`: something could not be written to the store. */
export class ArchiveError extends DeepThingsError {
  /** @param folder the store's. */
  constructor(what: string, folder: string, cause: unknown) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    const full = FULL.has(code);
    const detail = full
      ? `${what}: the disk has no room left for the store in ${folder}; make some, or set store.bytes and store.frames lower`
      : `${what} in ${folder}: ${message}`;
    super(full ? 'DT_STORE_FULL' : 'DT_STORE_FAILED', detail, { cause });
    this.name = 'ArchiveError';
  }
}
