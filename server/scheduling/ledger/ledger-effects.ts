import type { ErrorCode } from '../../error-codes.js';
import type { PartAttempt } from './ledger-events.js';
import type { AuditOutcome } from './ledger-state.js';

/** The facts by which the ledger chose how many devices compute a frame. */
export interface GangChoice {
  /** Frames that waited, this one included. */
  readonly waiting: number;
  /** Pictures that were about to become frames; none when absent. */
  readonly arriving?: number;
  /** Devices that were in no gang. */
  readonly idle: number;
  readonly predictedMs: number;
  /** Of a frame that is to be answered within a time. */
  readonly bound?: LatencyBound;
  /** Devices of a gang at the most, because the gateway was busy; no bound when absent. */
  readonly gatewayMost?: number;
  /** Devices that were idle and that no frame has now; none when absent. */
  readonly spare?: readonly SpareDevice[];
}

/** A device that a gang does without. */
export interface SpareDevice {
  readonly device: string;
  /** The predicted time of the gang with the device. */
  readonly withMs: number;
  /** Whether the frame would be done earlier with it: it stays free for other frames. */
  readonly helps: boolean;
}

/** The time within which a frame is to be answered. */
export interface LatencyBound {
  /** From its acceptance. */
  readonly withinMs: number;
  /** That was left of it; not above 0 when it was over. */
  readonly leftMs: number;
}

/** What is to be done after an event. */
export type LedgerEffect =
  /** Give the picture to the source. */
  | { readonly kind: 'deliver'; readonly frame: string; readonly source: string; readonly attempt: number }
  /** Cut the frame into a block for each of these devices; what was computed of another attempt is void. */
  | {
      readonly kind: 'gang';
      readonly frame: string;
      readonly attempt: number;
      readonly devices: readonly string[];
      /** Where the cluster has decided how many devices compute the frame. */
      readonly choice?: GangChoice;
    }
  /** A gang has ended before its frame was computed: for the frame's trace. */
  | {
      readonly kind: 'gang-ended';
      readonly frame: string;
      /** That it ended by; empty where no device is to blame. */
      readonly device: string;
      readonly reason: GangEndReason;
      /** A sentence. */
      readonly detail: string;
    }
  /** Cut the part's input and give it to a device. */
  | (PartAttempt & {
      readonly kind: 'push';
      /** To compare its result with the first one. Then it uses nothing of its neighbours, and nobody steals it. */
      readonly audit?: true;
      /** Computed elsewhere it was not finite. It uses nothing of its neighbours either, and nobody steals it. */
      readonly alone?: true;
    })
  /** Two devices differ: find out who is wrong. */
  | {
      readonly kind: 'judge';
      readonly frame: string;
      readonly part: number;
      /** Of the second result. */
      readonly attempt: number;
      /** Whose result counts, and who differs. */
      readonly devices: readonly [string, string];
    }
  /** All blocks of a gang's attempt are there: compute the frame, and compare them with it. */
  | { readonly kind: 'check'; readonly frame: string; readonly attempt: number }
  /** An audit has ended. */
  | { readonly kind: 'audited'; readonly frame: string; readonly part: number; readonly outcome: AuditOutcome }
  /** A device gets nothing any more; the frame may have ended. */
  | {
      readonly kind: 'quarantine';
      readonly device: string;
      readonly frame: string;
      readonly part: number;
      readonly detail: string;
    }
  /** Throw away what there is of a frame; it is run again from its picture on. */
  | { readonly kind: 'rerun'; readonly frame: string; readonly generation: number }
  /**
   * Every part is there: merge, run the remaining layers, end the frame as complete. Of a frame that a device was given, again when
   * that device does not compute them.
   */
  | {
      readonly kind: 'finish';
      readonly frame: string;
      /** That computes the remaining layers; the gateway when absent. */
      readonly device?: string;
    }
  /** Compute the whole frame on the gateway, end it as complete. What was computed of an earlier generation is void. */
  | { readonly kind: 'compute-here'; readonly frame: string; readonly generation: number }
  /** End the frame as failed. It is out of the ledger already. */
  | { readonly kind: 'fail'; readonly frame: string; readonly code: ErrorCode; readonly detail: string }
  /** End a frame that has not begun as dropped: a newer one of its camera is there. It is out of the ledger already. */
  | { readonly kind: 'drop'; readonly frame: string; readonly newer: string }
  | { readonly kind: 'device-lost'; readonly device: string }
  /** For the frame's trace. */
  | (PartAttempt & { readonly kind: 'note'; readonly note: PartNote });

/**
 * Why a gang ends before its frame is computed: a member was lost, was late, was drained, did not take its block, gave it back, or sent
 * values that are not finite.
 */
export type GangEndReason = 'lost' | 'late' | 'drained' | 'not-taken' | 'given-back' | 'not-finite';

export type PartNote =
  | 'queued'
  | 'assigned'
  | 'running'
  | 'returned'
  /** Its result was not finite. */
  | 'refused'
  | 'expired'
  | 'lost'
  | 'pushed'
  | 'done'
  /** Given to another device as well, */
  | 'audit'
  /** whose result was the same, */
  | 'audited'
  /** or was not. */
  | 'disputed';

/**
 * What the ledger decides about a result. `to-compare`: it is the second one of a part that is audited, and is compared with
 * the first by an `audit-result`.
 */
export type ResultVerdict = 'accepted' | 'duplicate' | 'stale' | 'to-compare';
