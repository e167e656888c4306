/** Waits between tries: at most `firstMs`, doubling with each failure up to `mostMs`. */
export interface Backoff {
  readonly firstMs: number;
  readonly mostMs: number;
}

/**
 * A wait with full jitter: anything from nothing to what is due, so that those who failed together do not come back
 * together.
 *
 * @param failures how many tries have failed so far, at least 1.
 * @param random from 0 up to 1.
 */
export function backoffMs({ firstMs, mostMs }: Backoff, failures: number, random: number): number {
  return Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 30)) * random;
}
