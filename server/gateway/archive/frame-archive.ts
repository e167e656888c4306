import type { Schemas } from '../../../client/client.js';
import type { Placement } from '../../heads/placement.js';
import type { PictureMediaType } from '../../imaging/picture-format.js';
import type { QueuePolicy } from '../../scheduling/policy/waiting-order.js';
import type { StrategyName } from '../../scheduling/strategies/strategy.js';
import type { ArchiveError } from './archive-error.js';
import type { StoreClock } from './store-clock.js';

/** What is known of a picture without its bytes. */
export interface PictureFacts {
  readonly mediaType: PictureMediaType;
  /** In pixels, as it is to be looked at (after its orientation). */
  readonly width: number;
  readonly height: number;
  /** Size of the file. */
  readonly bytes: number;
  /** CRC-32 of the file. */
  readonly checksum: number;
}

/** What a client called its submission, so that repeating it gives the same frame. */
export interface IdempotentRequest {
  readonly key: string;
  /** SHA-256 of the picture and of what was asked for with it, hex. */
  readonly digest: string;
}

/** A frame that has not ended. */
export interface OpenFrame {
  readonly kind: 'open';
  readonly id: string;
  readonly createdMs: number;
  readonly strategy: StrategyName;
  /** Bound on the devices that compute it together; the strategy's own when absent. */
  readonly members?: number | undefined;
  /** The time from its acceptance within which it is to be answered; no bound when absent. */
  readonly withinMs?: number | undefined;
  /** Whom it counts for when the queue fills. */
  readonly claimant: string;
  /** That it names; absent where it names none. */
  readonly camera?: string;
  /** Words of the client's own; absent where it gives none. */
  readonly tags?: readonly string[];
  /** `all` when absent. */
  readonly queue?: QueuePolicy;
  /** Empty until one has been chosen. */
  readonly source: string;
  readonly picture: PictureFacts;
  /** Null where the gateway has not letterboxed the picture. */
  readonly inputDigest: string | null;
  readonly placement: Placement;
  readonly request: IdempotentRequest | null;
  /** Times that a gateway started with this frame open, */
  readonly restarts: number;
  /** and how many of those followed a gateway that had ended without being stopped. */
  readonly crashes: number;
  /** When it was accepted, by the store's clock; frames of earlier versions have `createdMs` alone. */
  readonly keptSinceMs?: number;
  /** Where it has begun again. */
  readonly generation?: number;
}

/** A frame that has ended. */
export interface EndedFrame {
  readonly kind: 'ended';
  /** As the API shows it. */
  readonly document: Schemas['Frame'];
  readonly checksum: number;
  readonly request: IdempotentRequest | null;
  /** When it was accepted, by the store's clock; frames of earlier versions have `createdAt` alone. */
  readonly keptSinceMs?: number;
}

/** A device that computed something wrong, and that nobody has released since. */
export interface QuarantinedDevice {
  readonly device: string;
  readonly sinceMs: number;
  /** What it did, and what is to be done. */
  readonly detail: string;
}

export type ArchivedFrame = OpenFrame | EndedFrame;

export type FrameTraceDocument = Schemas['FrameTrace'];

/** What an archive has when it is opened. */
export interface ArchiveContents {
  /** This life of the gateway: frame ids of all lives begin with theirs, and sort as their lives followed each other. */
  readonly epoch: string;
  /** In the order in which they were accepted. */
  readonly frames: readonly ArchivedFrame[];
  /** Frames whose records cannot be read, being damaged or of a later version. They stay until somebody removes them. */
  readonly unreadable: readonly string[];
  readonly quarantined: readonly QuarantinedDevice[];
  /** The gateway before this one ended without closing the archive. */
  readonly afterCrash: boolean;
}

/**
 * Where frames are kept so that they outlive the gateway's process. Every method that writes resolves once what it wrote
 * is safe, and rejects with an `ArchiveError` when it could not be written; then nothing of it is there.
 */
export interface FrameArchive {
  /** What frames age by. */
  readonly clock: StoreClock;
  /** Once, before anything else. */
  open(nowMs: number): Promise<ArchiveContents>;
  /** A new frame with its picture. */
  accept(frame: OpenFrame, picture: Uint8Array): Promise<void>;
  /** New facts of frames that are there. Pictures go where `document.picture.kept` is false. */
  update(frames: readonly ArchivedFrame[]): Promise<void>;
  /** A frame's end. Where `document.picture.kept` is false its picture goes, also when the end could not be written. */
  end(frame: EndedFrame, trace: FrameTraceDocument): Promise<void>;
  /** Null when there is none, or when it is damaged. */
  picture(id: string, facts: Pick<PictureFacts, 'bytes' | 'checksum'>): Promise<Uint8Array | null>;
  trace(id: string): Promise<FrameTraceDocument | null>;
  /** Forgets frames with all that there is of them. */
  remove(ids: readonly string[]): Promise<void>;
  /** These devices are in quarantine, and no others. */
  quarantine(devices: readonly QuarantinedDevice[]): Promise<void>;
  /** Notes what the clock shows, for the next life. Never rejects. */
  noteTime(): Promise<void>;
  /** Why nothing can be written at present; null when it can, as far as is known. */
  problem(): ArchiveError | null;
  close(): Promise<void>;
}

/** When a frame was accepted, by the store's clock. */
export function keptSinceMs(frame: ArchivedFrame): number {
  return frame.keptSinceMs ?? (frame.kind === 'open' ? frame.createdMs : Date.parse(frame.document.createdAt));
}

/** The newest life's name: later than the one before it also where the clock was set back. */
export function nextEpoch(nowMs: number, lastEpoch: string | null): string {
  const last = lastEpoch === null ? 0 : Number.parseInt(lastEpoch, 36);
  return Math.max(nowMs, last + 1).toString(36);
}

export function idOf(frame: Pick<OpenFrame, 'kind' | 'id'> | EndedFrame): string {
  return frame.kind === 'open' ? frame.id : frame.document.id;
}
