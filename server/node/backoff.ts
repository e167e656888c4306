/** Waits between tries: doubling from `firstMs` to `mostMs`, each made random over its upper half. */
export interface Backoff {
  readonly firstMs: number;
  readonly mostMs: number;
}

/**
 * @param failures how many tries have failed so far, at least 1.
 * @param random from 0 up to 1.
 */
export function backoffMs({ firstMs, mostMs }: Backoff, failures: number, random: number): number {
  const full = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return full * (0.5 + random / 2);
}
