import type { GangForecast } from '../gang/gang-forecast.js';
import type { GangOverheads } from '../gang/gang-overheads.js';
import type { BlockProgress } from '../gang/hanging-member.js';
import type { QueuePolicy } from '../policy/waiting-order.js';
import type { TaskKey } from '../task-key.js';
import type { AuditFinding, Distribution } from './ledger-state.js';

export interface ListedTask extends TaskKey {
  readonly state: 'queued' | 'waiting' | 'running';
  /** Of a block of a gang that runs. */
  readonly progress?: BlockProgress | undefined;
}

export interface HandedOutTask extends TaskKey {
  readonly thief: string;
}

/** An attempt of a part on a device. */
export interface PartAttempt {
  readonly frame: string;
  readonly part: number;
  readonly attempt: number;
  readonly device: string;
}

/** An attempt that has ended, with the fencing token that its task had. */
type EndedAttempt = PartAttempt & { readonly generation: number };

/** The place of a frame among those that wait. */
export interface QueuePlace {
  /** The camera or the claimant; frames without one share one turn. */
  readonly origin?: string;
  /** `all` when absent. */
  readonly queue?: QueuePolicy;
}

/** What the ledger is told. */
export type LedgerEvent =
  | (QueuePlace & {
      readonly kind: 'frame-accepted';
      readonly frame: string;
      readonly parts: number;
      readonly source: string | null;
      readonly delivered: boolean;
      /** `stealing` when absent. */
      readonly distribution?: Distribution;
    })
  | (QueuePlace & {
      /** A frame that an earlier life of the gateway had accepted. */
      readonly kind: 'frame-restored';
      readonly frame: string;
      readonly parts: number;
      /** As it was known last; may be empty. */
      readonly source: string;
      readonly distribution: Distribution;
      /** Counts the gateway's lives since the frame was accepted, from 1. */
      readonly life: number;
      /** 1 when absent. */
      readonly generation?: number;
    })
  | { readonly kind: 'frame-delivered'; readonly frame: string; readonly source: string; readonly attempt: number }
  | {
      readonly kind: 'delivery-failed';
      readonly frame: string;
      readonly source: string;
      readonly attempt: number;
      readonly detail: string;
      /** Whether it refused because it is being drained. */
      readonly draining?: boolean;
    }
  | {
      readonly kind: 'device-seen';
      readonly device: string;
      readonly medianTileMs: number | null;
      readonly tasks: readonly ListedTask[];
      readonly handedOut: readonly HandedOutTask[];
      /** Whether it is being drained; not when absent. */
      readonly draining?: boolean;
      /** Tiles that it gives back without having started them. */
      readonly returned?: readonly TaskKey[];
    }
  | { readonly kind: 'device-left'; readonly device: string }
  /** Its process has ended without a word. */
  | { readonly kind: 'device-dead'; readonly device: string }
  /** The gateway does not reach a device, which may be live; once `untilMs` is past it may be tried again. */
  | { readonly kind: 'device-suspended'; readonly device: string; readonly untilMs: number }
  | (PartAttempt & { readonly kind: 'part-pushed' })
  /** `draining`: the device refused because it is being drained. */
  | (PartAttempt & { readonly kind: 'push-failed'; readonly detail: string; readonly draining?: boolean })
  /** `audited`: another device is to run the part as well; not when absent. */
  | (EndedAttempt & { readonly kind: 'result'; readonly audited?: boolean })
  /** A result that was refused: not all of its values are finite. */
  | (EndedAttempt & { readonly kind: 'result-refused' })
  /** The second result of a part that is audited. */
  | (PartAttempt & { readonly kind: 'audit-result'; readonly agrees: boolean })
  | {
      readonly kind: 'audit-judged';
      readonly frame: string;
      readonly part: number;
      /** Of the second result. */
      readonly attempt: number;
      readonly finding: AuditFinding;
    }
  /** Known from an earlier life of the gateway. */
  | { readonly kind: 'device-quarantined'; readonly device: string }
  | { readonly kind: 'device-released'; readonly device: string }
  /** Gangs of all devices do without these from now on, as each would slow them down. */
  | { readonly kind: 'devices-left-out'; readonly devices: readonly string[] }
  /** Gangs are expected to take so long from now on. */
  | { readonly kind: 'gangs-predicted'; readonly forecast: GangForecast }
  /** The gateway was busy for this share of the time since it was measured last, 0 to 1. */
  | { readonly kind: 'gateway-busy'; readonly share: number }
  /** The number of pictures under admission whose frames `auto` will place has changed. */
  | { readonly kind: 'pictures-arriving'; readonly count: number }
  /** An earlier life of the gateway has measured these. */
  | { readonly kind: 'overheads-known'; readonly overheads: GangOverheads }
  | {
      /** A device computes the remaining layers of a frame no longer, and the frame has not ended. */
      readonly kind: 'remaining-returned';
      readonly frame: string;
      readonly generation: number;
      readonly device: string;
      /** Whether it did not compute them; else the gateway is to compute them too, to check. */
      readonly failed: boolean;
    }
  | { readonly kind: 'frame-ended'; readonly frame: string }
  | { readonly kind: 'tick' };

export type EventOf<Kind extends LedgerEvent['kind']> = Extract<LedgerEvent, { kind: Kind }>;

/** Every event but a result: of these the ledger only takes note, about a result it decides. */
export type LedgerNotice = Exclude<LedgerEvent, { kind: 'result' }>;

/** Takes note of what happened, and has the consequences carried out. */
export interface LedgerSink {
  apply(event: LedgerNotice): void;
}
