/** What is held of something that has a bound: places in a queue, bytes of memory, connections. */
export interface Holdings {
  /** As much as may be held altogether. */
  readonly limit: number;
  /** Held at present, by all claimants. */
  readonly held: number;
  /** Held at present by the claimant that asks. */
  readonly own: number;
  /** What the claimant asks for. */
  readonly more: number;
}

export type ShareVerdict = 'admitted' | 'full' | 'beyond-share';

/** A claimant may hold this much for each unit that is free. */
const PER_FREE_UNIT = 3;

/**
 * Decides if a claimant gets more of what is bounded. A claimant may hold three times as much as is free (dynamic
 * thresholds: Choudhury and Hahne, IEEE/ACM ToN 1998): one that floods gets three quarters of the limit, two get three
 * sevenths each, and there is always room for a claimant that holds little. Claimants need not be known in advance, and
 * nothing is kept of those that hold nothing.
 */
export function fairShare({ limit, held, own, more }: Holdings): ShareVerdict {
  const free = limit - held;
  if (more > free) return 'full';
  return own < PER_FREE_UNIT * free ? 'admitted' : 'beyond-share';
}
