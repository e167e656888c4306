export const BACKOFF_FIRST_MS = 1_000;
export const BACKOFF_LONGEST_MS = 15_000;

/** How long to wait before the next attempt, after `failures` (at least 1) in a row: 1, 2, 4, 8, then 15 seconds. */
export function backoffMs(failures: number): number {
  return Math.min(BACKOFF_LONGEST_MS, BACKOFF_FIRST_MS * 2 ** (failures - 1));
}
