import type { GangPlanName } from '../../geometry/gang/gang-plan.js';
import type { GangForecast } from '../gang/gang-forecast.js';
import { type GangOverheads, NO_OVERHEADS } from '../gang/gang-overheads.js';
import type { GangTimes } from '../gang/gang-times.js';
import type { BlockProgress } from '../gang/hanging-member.js';
import type { OpenLoad } from '../gang/open-load.js';
import type { QueuePolicy, Turns } from '../policy/waiting-order.js';

/** What the frame ledger knows: plain, frozen data. See `frame-ledger.ts` for how it changes. */

/** Where a part of a frame is, as far as the gateway knows. */
export type PartPlace =
  /** Nobody: its frame waits for its source, or no device is live. */
  | { readonly kind: 'unplaced'; readonly attempt: number }
  /** On its way from the gateway to a device. */
  | { readonly kind: 'pushing'; readonly attempt: number; readonly device: string }
  /** In a device's queue. */
  | { readonly kind: 'queued'; readonly attempt: number; readonly device: string }
  /** Handed to a device that has not started it. */
  | {
      readonly kind: 'assigned';
      readonly attempt: number;
      readonly device: string;
      readonly deadlineMs: number;
      /** Whether the device itself said that it has it, or only its victim. */
      readonly confirmed: boolean;
    }
  /** Being computed. */
  | {
      readonly kind: 'running';
      readonly attempt: number;
      readonly device: string;
      readonly deadlineMs: number;
      /** Of a block of a gang, by its device's latest heartbeat. */
      readonly progress?: BlockProgress | undefined;
    }
  /** Its last holder does not list it any more: a result or a thief's claim is on its way, or it is lost. */
  | { readonly kind: 'missing'; readonly attempt: number; readonly device: string; readonly deadlineMs: number }
  | { readonly kind: 'done'; readonly attempt: number; readonly device: string };

/** `failed`: tries that gave no result. A task that a device returned or was drained of is no failed try. */
export type PartState = PartPlace & { readonly failed: number };

export type FramePhase =
  /** Waits until its source has room for it, or devices are free for its gang, and for `notBeforeMs` after a failure. */
  | { readonly kind: 'waiting'; readonly notBeforeMs: number }
  /** The picture is on its way to the source. */
  | { readonly kind: 'delivering'; readonly attempt: number }
  | { readonly kind: 'running' }
  /** Every part is there; the remaining layers are left. */
  | { readonly kind: 'finishing'; readonly at: RemainingPlace }
  /** The gateway computes all of it. No device has a share in it. */
  | { readonly kind: 'local' };

/** Where a frame's remaining layers are. */
export type RemainingPlace =
  /** Neither the gateway nor a device is idle. */
  { readonly kind: 'waiting' } | { readonly kind: 'gateway' } | { readonly kind: 'device'; readonly device: string };

/** How the parts of a frame come to devices. */
export type Distribution =
  /** All are queued on the source, which computes them, and from which others steal. */
  | { readonly kind: 'stealing' }
  /** They are pushed to all live devices in turn, one such frame at a time (WSH of the paper's section V). */
  | { readonly kind: 'sharing' }
  /**
   * All begin and fail together: a part is the block of one device of a gang. Its picture comes with each block's task, so that
   * the frame needs no source.
   */
  | {
      readonly kind: 'gang';
      readonly plan: GangPlanName;
      /** As many devices as are free, so many of them, or as many as the cluster decides on. */
      readonly members: number | 'all' | 'auto';
      /** As many blocks as can be cut at the most. */
      readonly most: number;
      /** With `auto`: the frame is to be answered so long after it is accepted. No bound when absent. */
      readonly withinMs?: number;
      /** Devices that are taken before all others, the first of them first: one of them is wrong. */
      readonly suspects?: readonly string[];
    };

/** A part that is done and run once more on another device, to compare the two. */
export interface PartAudit {
  readonly part: number;
  /** Devices that have had it, first the one whose result counts. */
  readonly tried: readonly string[];
  readonly phase:
    | {
        readonly kind: 'running';
        readonly attempt: number;
        readonly device: string;
        readonly deadlineMs: number;
      }
    /** The two differ: the gateway finds out who is wrong. Of a gang it computes the frame; what takes longer is skipped. */
    | { readonly kind: 'judging'; readonly attempt: number; readonly deadlineMs?: number };
}

/** A result with values that are not finite. */
export interface RefusedResult {
  /**
   * The tile. 0 for a block that was the whole frame; null for a block of a gang of several: the values that it was computed from
   * came from others too.
   */
  readonly part: number | null;
  readonly device: string;
}

/** How an audit ended. `skipped`: no second device, or none in time. */
export type AuditOutcome = 'agreed' | 'disagreed' | 'skipped' | 'undecided';

/** What the gateway found out about two results that differ. */
export type AuditFinding =
  /** These devices computed something else than the gateway; none: both are near enough. */
  | { readonly kind: 'wrong'; readonly devices: readonly { readonly device: string; readonly detail: string }[] }
  /** One result is wrong, and it cannot be told by whose fault. */
  | { readonly kind: 'unclear'; readonly detail: string }
  /** Blocks of these members of a gang are wrong, the worst first, and it cannot be told by whose fault. */
  | { readonly kind: 'suspected'; readonly devices: readonly string[] }
  /** The gateway could not compute a frame that there is nothing against. */
  | { readonly kind: 'skipped' }
  /** The gateway could not compute the part itself. */
  | { readonly kind: 'impossible'; readonly detail: string };

export interface LedgerFrame {
  readonly frame: string;
  /** Empty while it is not known. A frame of a gang has a source in name only: nothing is delivered to it. */
  readonly source: string;
  /** The camera that it is of, or else the claimant that it counts for: frames begin by turns of these. */
  readonly origin: string;
  readonly queue: QueuePolicy;
  readonly distribution: Distribution;
  readonly phase: FramePhase;
  /** When it was given to a source first; null while it waits. */
  readonly startedMs: number | null;
  /** When its latest gang was formed; null before the first. */
  readonly formedMs: number | null;
  readonly acceptedMs: number;
  /** Deliveries of this generation that failed; one that a draining source refused is no failure. */
  readonly failedDeliveries: number;
  /** Taken up again after an earlier life of the gateway, and not yet given out in this one. */
  readonly isRestored: boolean;
  /** The fencing token. It grows when the frame begins again because a device that was wrong had a share in it. */
  readonly generation: number;
  readonly audits: readonly PartAudit[];
  /** Results of this run that were not finite. */
  readonly refused: readonly RefusedResult[];
  /** The device that ended the last gang of the frame: the next gang does without it where there is another device. */
  readonly avoided: string | null;
  /** The latest attempt that was given out: a delivery, a part or an audit. 0 before the first. */
  readonly latest: number;
  readonly parts: readonly PartState[];
}

export interface LedgerDevice {
  readonly device: string;
  readonly lastSeenMs: number;
  /** What a tile usually takes there, until the gateway has its result; null until one has run. */
  readonly medianTileMs: number | null;
  /** Whether it takes nothing new; it is live all the same, and finishes what it computes. */
  readonly draining: boolean;
}

export interface LedgerSettings {
  /** Frames that a source has at once. */
  readonly framesPerSource: number;
  readonly lostAfterMs: number;
  /** A running tile may take this many times its device's usual time, */
  readonly leaseFactor: number;
  /** but never less than this. */
  readonly leaseFloorMs: number;
  /** A task that a device has but has not started may wait this long beyond one tile's lease. */
  readonly leaseWaitingMs: number;
  /** A part that nobody lists is looked for this long. */
  readonly missingMs: number;
  /** What devices get to say what they have of a frame that was taken up again. */
  readonly restoreMs: number;
  /** Wait before a failed delivery or push is tried again; doubles with each attempt. */
  readonly retryMs: number;
  /** A part or a delivery fails for good after so many attempts. */
  readonly attempts: number;
  readonly frameTimeoutMs: number;
  /** Devices that are never a source; empty by default. */
  readonly stealOnly?: readonly string[];
  /** The gateway's own device: it joins gangs of all devices, beside another one, and gets no other work. None when absent. */
  readonly helper?: string;
  /** What computes the remaining layers of frames that are no gang's; the gateway when absent. */
  readonly remaining?: 'gateway' | 'any';
  /** When the gateway computes whole frames; never when absent. */
  readonly gatewayComputes?: GatewayComputes;
}

/** When the gateway computes whole frames, one at a time. */
export interface GatewayComputes {
  /** Once no device has been there to take work for so long. */
  readonly aloneAfterMs: number;
  /** Also when devices are there, all have enough to do, and the gateway has nothing. */
  readonly whenIdle: boolean;
}

export interface FrameLedger {
  readonly settings: LedgerSettings;
  /** In the order in which they were accepted. */
  readonly frames: ReadonlyMap<string, LedgerFrame>;
  /** The live ones. */
  readonly devices: ReadonlyMap<string, LedgerDevice>;
  /** Devices that are gone without having said so, and have not been heard of since. */
  readonly lost: ReadonlySet<string>;
  /** Of the origins of frames. */
  readonly turns: Turns;
  /** The source chosen last when nobody named one. */
  readonly lastSource: string | null;
  /** Since when no device has been there to take work; null while one is. */
  readonly deviceLessSinceMs: number | null;
  /** Until when a device gets nothing new as long as another can have it, because the gateway does not reach it. */
  readonly suspendedUntilMs: ReadonlyMap<string, number>;
  /** Until when a device gets no remaining layers, because it did not compute those that it was given. */
  readonly remainingRestUntilMs: ReadonlyMap<string, number>;
  readonly gangTimes: GangTimes;
  /** Of gangs of stages; null while nothing is predicted. */
  readonly forecast: GangForecast | null;
  readonly overheads: GangOverheads;
  /** Of frames that gangs compute. */
  readonly load: OpenLoad;
  /** Devices that computed something wrong: until they are released nothing that they say of frames counts. */
  readonly quarantined: ReadonlySet<string>;
  /** Share of its time that the gateway is busy, on average, 0 to 1. */
  readonly gatewayBusy: number;
  /** Pictures under admission whose frames `auto` will place. */
  readonly arriving: number;
  /** Devices that slow gangs down. */
  readonly leftOut: ReadonlySet<string>;
}

/**
 * Who owns what (design section 7): a pure state machine. A frame is in the ledger from the moment it is accepted
 * until it ends, exactly once; a part of it is with one device as far as the gateway knows, under a lease that only
 * the gateway expires; the first result of any attempt counts.
 */
export function emptyLedger(settings: LedgerSettings, nowMs: number): FrameLedger {
  return {
    settings,
    frames: new Map(),
    devices: new Map(),
    lost: new Set(),
    turns: new Map(),
    gangTimes: new Map(),
    forecast: null,
    overheads: NO_OVERHEADS,
    load: { frames: 0, atMs: nowMs },
    gatewayBusy: 0,
    arriving: 0,
    lastSource: null,
    deviceLessSinceMs: nowMs,
    suspendedUntilMs: new Map(),
    remainingRestUntilMs: new Map(),
    quarantined: new Set(),
    leftOut: new Set(),
  };
}
