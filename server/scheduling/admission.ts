/** How full the queue of frames is when somebody wants to have one more in it. */
export interface QueueFill {
  /** As many frames as may be open. */
  readonly limit: number;
  /** Frames that are open. */
  readonly open: number;
  /** Those of them that the one who asks has open. */
  readonly own: number;
}

export type AdmissionVerdict = 'admitted' | 'full' | 'beyond-share';

/** How many frames one may have open for each place that is free. */
const PER_FREE_PLACE = 3;

/**
 * Whether one more frame is taken. Nobody may have more than three times as many frames open as there are places free
 * (dynamic thresholds: Choudhury and Hahne, IEEE/ACM ToN 1998): one that floods gets three quarters of the queue, two get
 * three sevenths each, and there is always room for who has few. Nobody has to be known beforehand, and nothing is
 * remembered of those who have no frame open.
 */
export function admitFrame({ limit, open, own }: QueueFill): AdmissionVerdict {
  const free = limit - open;
  if (free <= 0) return 'full';
  return own < PER_FREE_PLACE * free ? 'admitted' : 'beyond-share';
}
