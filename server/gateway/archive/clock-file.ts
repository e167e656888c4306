import { readFile } from 'node:fs/promises';
import type { StoreTime } from './store-clock.js';

const KEYS = ['storeMs', 'wallMs', 'upMs'] as const;

/** A store's last reading of its clock; null where there is none that can be used. */
export async function readClockFile(path: string): Promise<StoreTime | null> {
  try {
    const time = JSON.parse(await readFile(path, 'utf8')) as StoreTime;
    const isWhole = KEYS.every((key) => Number.isFinite(time[key])) && ['string', 'object'].includes(typeof time.boot);
    return isWhole ? time : null;
  } catch {
    return null;
  }
}
