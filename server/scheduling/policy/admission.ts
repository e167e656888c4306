import { fairShare, type ShareVerdict } from './fair-share.js';

/** How full the queue of frames is when somebody wants to have one more in it. */
export interface QueueFill {
  /** As many frames as may be open. */
  readonly limit: number;
  /** Frames that are open. */
  readonly open: number;
  /** Those of them that the claimant has open. */
  readonly own: number;
}

/** Decides if one more frame is taken of a claimant, by its fair share of the queue. */
export function admitFrame({ limit, open, own }: QueueFill): ShareVerdict {
  return fairShare({ limit, held: open, own, more: 1 });
}
