import { backoffMs } from '../node/peers/backoff.js';
import { CameraError } from './camera-error.js';

const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;
/** Some cameras end each stream after a while: most of their pictures are taken. */
const LONGEST_BETWEEN_STREAMS_MS = 5_000;
/**
 * After a refused login. Cameras lock an account after some five wrong passwords within minutes, often for half an hour.
 */
const LOGIN = { firstMs: 60_000, mostMs: 1_800_000 };

/**
 * How long to wait, in milliseconds, before a camera is asked again that gave no picture.
 *
 * @param failures tries in a row that failed, at least 1.
 * @param intervalMs between two snapshots.
 * @param random from 0 up to 1.
 */
export function retryPauseMs(error: unknown, failures: number, intervalMs: number, random: number): number {
  const { retryAfterMs, trouble } = error instanceof CameraError ? error : { retryAfterMs: null, trouble: 'answer' };
  const asked = retryAfterMs ?? 0;
  // Without chance: a login that is tried again at once may lock the account.
  if (trouble === 'login') return Math.max(asked, backoffMs(LOGIN, failures, 1));
  const mostMs = trouble === 'ended' ? LONGEST_BETWEEN_STREAMS_MS : Math.max(intervalMs, LONGEST_MS);
  const backoff = { firstMs: trouble === 'ended' ? FIRST_MS : Math.max(intervalMs, FIRST_MS), mostMs };
  return Math.max(asked, backoffMs(backoff, failures, 0.5 + random / 2));
}
