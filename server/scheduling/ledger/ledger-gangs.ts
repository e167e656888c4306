import { withFrame } from '../gang/gang-overheads.js';
import { withGangTime } from '../gang/gang-times.js';
import { hangingMember } from '../gang/hanging-member.js';
import { LARGEST_ATTEMPT, type TaskKey } from '../task-key.js';
import { blockLeaseMs, failFrame, holderOf, type LedgerDraft, type Reason } from './ledger-draft.js';
import type { GangEndReason } from './ledger-effects.js';
import type { LedgerFrame, PartState } from './ledger-state.js';

/*
 * Gangs: devices that compute one frame together, all or nothing. A part is the block of one member, and all parts have one
 * attempt. When a member is lost, late or refused, all parts begin again on a gang of other devices; what is said of an earlier
 * attempt is void.
 */

/** Of the members of a gang: they begin and fail together. */
export type Tries = Pick<PartState, 'attempt' | 'failed'>;

/** Why a gang has ended before its frame was computed. */
export interface GangEnd {
  readonly member: number;
  readonly why: Reason;
  readonly reason: GangEndReason;
  /** A sentence for the reason of a frame that fails by it: `device e1 was lost`. */
  readonly what: string;
  /** Time before the next gang forms; 0 when absent. */
  readonly pauseMs?: number;
}

/** Returns whether the parts of a frame begin and fail together. */
export function isGang({ distribution }: Pick<LedgerFrame, 'distribution'>): boolean {
  return distribution.kind === 'gang';
}

/** Returns whether a device is this member of the gang that computes the frame now. */
export function isPresentMember({ parts }: LedgerFrame, member: number, device: string, attempt: number): boolean {
  const part = parts[member];
  return part !== undefined && part.kind !== 'unplaced' && part.device === device && part.attempt === attempt;
}

/** The valid part of a frame: its generation, and the attempt of its blocks where a gang computes it. */
export interface PresentWork {
  readonly generation: number;
  readonly attempt?: number;
}

/** Returns what of a frame is valid now; of one that waits for a gang no block is, as the next gang has a later attempt. */
export function presentWork({ distribution, generation, parts }: LedgerFrame): PresentWork {
  return distribution.kind === 'gang' ? { generation, attempt: parts[0]!.attempt } : { generation };
}

/** Returns whether a task that a device has of a frame is past. */
export function isPastWork(task: Pick<TaskKey, 'generation' | 'attempt'>, { attempt = 0, generation }: PresentWork) {
  return task.generation < generation || (task.generation === generation && task.attempt < attempt);
}

/**
 * Finds a member of the gang that computes a frame.
 *
 * @param isIt `isDone`: whether nothing is expected of the member any more.
 * @returns its number; -1 when there is none.
 */
export function findMember(entry: LedgerFrame, isIt: (device: string, isDone: boolean) => boolean): number {
  const { parts, phase } = entry;
  if (phase.kind !== 'running' || !isGang(entry)) return -1;
  // What is only looked at by the gateway needs none of them.
  if (isComputed(entry)) return -1;
  return parts.findIndex((part) => part.kind !== 'unplaced' && isIt(part.device, part.kind === 'done'));
}

/** Returns the devices whose blocks a frame is made of; none while it waits for a gang. */
export function membersOf({ parts }: Pick<LedgerFrame, 'parts'>): readonly string[] {
  return parts.flatMap((part) => (part.kind === 'unplaced' ? [] : [part.device]));
}

/** Returns whether all blocks are there. */
function isComputed({ parts }: LedgerFrame): boolean {
  return parts.every(({ kind }) => kind === 'done');
}

/** Returns whether a gang computes the frame now. */
export function isInGang(entry: LedgerFrame): boolean {
  return entry.distribution.kind === 'gang' && entry.phase.kind === 'running' && !isComputed(entry);
}

/** Returns whether the gateway's own device computes a block now. */
export function isHelping({ frames, settings: { helper } }: LedgerDraft): boolean {
  if (helper === undefined) return false;
  return [...frames.values()].some((entry) => isInGang(entry) && membersOf(entry).includes(helper));
}

/** Notes what the gang of a frame took. A frame of which an earlier gang has failed tells nothing. */
export function noteGangTime(draft: LedgerDraft, { distribution, parts, startedMs }: LedgerFrame): void {
  if (distribution.kind !== 'gang' || parts[0]!.attempt > 1 || startedMs === null) return;
  const { plan } = distribution;
  const tookMs = draft.nowMs - startedMs;
  draft.gangTimes = withGangTime(draft.gangTimes, { plan, members: parts.length }, tookMs);
  if (draft.forecast === null || plan !== 'stages') return;
  draft.overheads = withFrame(draft.overheads, draft.forecast, membersOf({ parts }), tookMs);
}

/** A member has begun its block: from now on the gang may take as long as gangs take, when it was the last. */
export function memberBegun(draft: LedgerDraft, frame: string): void {
  const entry = draft.frames.get(frame)!;
  const deadlineMs = draft.nowMs + blockLeaseMs(draft, entry);
  const parts = entry.parts.map((part) => (part.kind === 'running' ? { ...part, deadlineMs } : part));
  draft.frames.set(frame, { ...entry, parts });
}

/** Finds the member that the others of a late gang wait for. */
export function lateMember(draft: LedgerDraft, parts: readonly PartState[]): number {
  const members = parts.map((part) => ({
    isDone: part.kind === 'done',
    progress: part.kind === 'running' ? (part.progress ?? null) : null,
    silentMs: draft.nowMs - (draft.devices.get(holderOf(part) ?? '')?.lastSeenMs ?? 0),
  }));
  // Devices are lost after they have missed several heartbeats.
  return hangingMember(members, draft.settings.lostAfterMs / 2, parts[0]!.failed);
}

/**
 * Ends a gang. Its frame begins again on other devices when some are free for it. After a bounded number of gangs the frame fails.
 */
export function restartGang(
  draft: LedgerDraft,
  entry: LedgerFrame,
  { member, pauseMs = 0, reason, what, why }: GangEnd,
): void {
  const { frame } = entry;
  const lost = entry.parts[member]!;
  const avoided = lost.kind === 'unplaced' ? null : lost.device;
  if (entry.distribution.kind === 'gang') {
    draft.effects.push({ kind: 'gang-ended', frame, device: avoided ?? '', reason, detail: what });
  }
  const failed = lost.failed + (why === 'failed' ? 1 : 0);
  if (failed >= draft.settings.attempts || lost.attempt >= LARGEST_ATTEMPT) {
    const tried = `no gang of devices has computed the frame in ${failed} failed attempts`;
    failFrame(draft, frame, 'DT_TILE_ATTEMPTS', `${tried}; last: ${what}; the devices' logs say why`);
    return;
  }
  const tries = { attempt: lost.attempt + 1, failed };
  const phase = { kind: 'waiting' as const, notBeforeMs: draft.nowMs + pauseMs };
  draft.frames.set(frame, { ...entry, avoided, phase, parts: [unplaced(tries)] });
}

function unplaced({ attempt, failed }: Tries): PartState {
  return { kind: 'unplaced', attempt, failed };
}
