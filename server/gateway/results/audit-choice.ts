import { createHmac } from 'node:crypto';
import type { TaskKey } from '../../scheduling/task-key.js';

/** Bits of the hash that decide; a number of as many is exact. */
const BITS = 48;

/**
 * Whether a result is to be checked: the same answer whenever it is asked, for that share of all tiles. Nobody who has not
 * got the secret can tell which.
 */
export function isAudited(secret: Uint8Array, { frame, tile, attempt }: TaskKey, fraction: number): boolean {
  const hash = createHmac('sha256', secret).update(`${frame}/${tile}#${attempt}`).digest();
  return hash.readUIntBE(0, BITS / 8) < fraction * 2 ** BITS;
}
