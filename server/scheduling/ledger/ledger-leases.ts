import type { TaskKey } from '../task-key.js';
import { expireAudits, retryAudits } from './ledger-audits.js';
import {
  availableDevices,
  failFrame,
  holderOf,
  isTrusted,
  type LedgerDraft,
  leaseMs,
  missingPart,
  note,
  setPart,
  waitingDeadline,
} from './ledger-draft.js';
import { handBack, refusePushed, startDraining } from './ledger-draining.js';
import type { EventOf, HandedOutTask, ListedTask } from './ledger-events.js';
import { findMember, isGang, isPresentMember, lateMember, memberBegun, restartGang } from './ledger-gangs.js';
import { placeParts, replaceParts, retryDelivery } from './ledger-placement.js';
import { takeBackRemaining } from './ledger-remaining.js';
import type { LedgerFrame, PartPlace, PartState } from './ledger-state.js';

/**
 * The open part that a device's word is about, and the attempt that it speaks of; null when that is past. Who has a
 * part may go on under an older attempt than it was given last, because it had the tile already: that counts for the
 * newer one.
 */
function openPart(draft: LedgerDraft, device: string, { frame, tile, generation, attempt }: TaskKey) {
  const entry = draft.frames.get(frame);
  const part = entry?.parts[tile];
  if (entry === undefined || part === undefined || part.kind === 'done' || generation !== entry.generation) return null;
  if (entry.phase.kind === 'local') return null;
  // Another gang was cut otherwise.
  if (isGang(entry) && !isPresentMember(entry, tile, device, attempt)) return null;
  const has = holderOf(part) === device && part.kind !== 'pushing';
  return attempt < part.attempt && !has ? null : { part, attempt: Math.max(attempt, part.attempt) };
}

function handOut(draft: LedgerDraft, victim: string, task: HandedOutTask): void {
  const open = openPart(draft, victim, task);
  // No block is stolen.
  if (open === null || isGang(draft.frames.get(task.frame)!)) return;
  const { part, attempt } = open;
  const device = task.thief;
  if (attempt === part.attempt && !victimKnowsBetter(part, victim, device)) return;
  const state = handedOutPlace(draft, device, { ...task, attempt });
  setPart(draft, task.frame, task.tile, state);
  note(draft, task.frame, task.tile, 'assigned', state);
}

function handedOutPlace(draft: LedgerDraft, device: string, { frame, tile, attempt }: TaskKey): PartPlace {
  // Nobody has to be looked for who is known to be gone.
  if (draft.lost.has(device)) return missingPart(draft, device, attempt, 0);
  // Its result may have gone to an earlier life of the gateway: a thief that still has the tile says so.
  const { isRestored, parts } = draft.frames.get(frame)!;
  const isCertain = isTrusted(draft, device) && !isRestored;
  if (!isCertain) return missingPart(draft, device, attempt);
  return {
    kind: 'assigned',
    attempt,
    device,
    deadlineMs: waitingDeadline(draft, device, parts[tile]!.failed),
    confirmed: false,
  };
}

/** The thief may have spoken first: its own word about an attempt counts more than its victim's, which may be repeated. */
function victimKnowsBetter(part: PartState, victim: string, thief: string): boolean {
  const holder = holderOf(part);
  if (holder === null || holder === victim) return true;
  return part.kind === 'missing' && holder !== thief;
}

function listedPlace(draft: LedgerDraft, device: string, task: ListedTask, part: PartState): PartPlace {
  const { attempt, progress } = task;
  const same = part.attempt === attempt && holderOf(part) === device;
  switch (task.state) {
    case 'queued':
      return { kind: 'queued', attempt, device };
    case 'waiting': {
      const deadlineMs =
        same && part.kind === 'assigned' ? part.deadlineMs : waitingDeadline(draft, device, part.failed);
      return { kind: 'assigned', attempt, device, deadlineMs, confirmed: true };
    }
    case 'running':
      if (!same || part.kind !== 'running') {
        const deadlineMs = draft.nowMs + leaseMs(draft, device, part.failed);
        return { kind: 'running', attempt, device, deadlineMs, progress };
      }
      return progress === undefined ? part : { ...part, progress };
  }
}

function claim(draft: LedgerDraft, device: string, task: ListedTask): void {
  const open = openPart(draft, device, task);
  if (open === null) return;
  const { part, attempt } = open;
  const state = listedPlace(draft, device, { ...task, attempt }, part);
  if (state === part) return;
  setPart(draft, task.frame, task.tile, state);
  const isBlock = draft.frames.get(task.frame)!.distribution.kind === 'gang';
  if (isBlock && state.kind === 'running' && part.kind !== 'running') memberBegun(draft, task.frame);
  const news = part.kind !== state.kind || holderOf(part) !== device || part.attempt !== state.attempt;
  if (news) note(draft, task.frame, task.tile, state.kind as 'queued' | 'assigned' | 'running', state);
}

/** Whether a device that has this part would list it; what is only said to be on its way to it may not be there yet. */
function wouldBeListed(part: PartState, device: string): boolean {
  if (holderOf(part) !== device) return false;
  return part.kind === 'queued' || part.kind === 'running' || (part.kind === 'assigned' && part.confirmed);
}

/** Each tile once, by frame and tile: a device may have two attempts of one. */
function newestAttempts(tasks: readonly ListedTask[]): ReadonlyMap<string, ListedTask> {
  const newest = new Map<string, ListedTask>();
  for (const task of tasks) {
    const key = `${task.frame}/${task.tile}`;
    if ((newest.get(key)?.attempt ?? 0) < task.attempt) newest.set(key, task);
  }
  return newest;
}

/** A device's heartbeat: what it handed out, what it has, what it gives back, and what it therefore has no longer. */
export function deviceSeen(draft: LedgerDraft, event: EventOf<'device-seen'>): void {
  const { device, medianTileMs, draining = false, returned = [] } = event;
  const wasDraining = draft.devices.get(device)?.draining ?? false;
  const seen = { device, medianTileMs, lastSeenMs: draft.nowMs };
  draft.lost.delete(device);
  if (draft.quarantined.has(device)) {
    draft.devices.set(device, { ...seen, draining });
    return;
  }
  draft.devices.set(device, { ...seen, draining: wasDraining && draining });
  if (draining) startDraining(draft, device);
  for (const task of event.handedOut) handOut(draft, device, task);
  const present = event.tasks.filter(({ frame, generation }) => {
    return generation === draft.frames.get(frame)?.generation;
  });
  const listed = newestAttempts(present);
  for (const task of listed.values()) claim(draft, device, task);
  handBack(draft, device, returned);
  for (const { frame, parts } of [...draft.frames.values()]) {
    // Without an iterator's pairs: every heartbeat goes through every part.
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      if (!wouldBeListed(part, device) || listed.has(`${frame}/${i}`)) continue;
      setPart(draft, frame, i, missingPart(draft, device, part.attempt));
    }
  }
}

/**
 * Devices that are gone: whatever they had goes to others.
 *
 * @param why what happened to them, for the reason of a frame that fails by it.
 */
export function devicesGone(draft: LedgerDraft, gone: readonly string[], why: (device: string) => string): void {
  // All before any part is placed again: else it could go from one of them to the next, an attempt each.
  const drained = new Set(gone.filter((device) => draft.devices.get(device)?.draining));
  const known = new Set(gone.filter((device) => draft.devices.delete(device)));
  if (known.size === 0) return;
  const isGone = (part: PartState) => {
    const holder = holderOf(part) ?? '';
    // A tile that a drained device had and has no longer it gave back to its victim, who is about to say so.
    return known.has(holder) && !(part.kind === 'missing' && drained.has(holder));
  };
  takeBackRemaining(draft, known);
  for (const entry of [...draft.frames.values()]) lookForGivenBack(draft, entry, drained);
  for (const entry of [...draft.frames.values()]) {
    const { phase, source } = entry;
    if (phase.kind === 'delivering' && known.has(source)) {
      retryDelivery(draft, entry, { detail: why(source), hasFailed: !drained.has(source) });
    }
    // Also one that is done, unless it went in good order: the others may wait for what it was about to send them.
    const member = findMember(entry, (device, isDone) => known.has(device) && !(isDone && drained.has(device)));
    if (member >= 0) {
      const lost = entry.parts[member]!;
      note(draft, entry.frame, member, 'lost', lost);
      const what = lost.kind === 'unplaced' ? 'a device was lost' : why(lost.device);
      restartGang(draft, entry, { member, reason: 'lost', why: 'failed', what });
    } else {
      refusePushed(draft, entry, drained);
      revoke(draft, draft.frames.get(entry.frame) ?? entry, 'lost', isGone);
      retryAudits(draft, entry.frame, (audit) => known.has(audit.phase.device));
    }
  }
}

/** What only a victim said of a drained device was overtaken: the device gave it back before it could say so itself. */
function lookForGivenBack(draft: LedgerDraft, { frame, parts }: LedgerFrame, drained: ReadonlySet<string>): void {
  for (const [i, part] of parts.entries()) {
    if (part.kind !== 'assigned' || part.confirmed || !drained.has(part.device)) continue;
    setPart(draft, frame, i, missingPart(draft, part.device, part.attempt));
  }
}

/** Devices that are gone without having said so. */
export function devicesLost(draft: LedgerDraft, lost: readonly string[]): void {
  for (const device of lost) {
    draft.lost.add(device);
    draft.effects.push({ kind: 'device-lost', device });
  }
  devicesGone(draft, lost, (device) => `device ${device} was lost`);
}

/** What has run out by now: devices that are silent, leases, frames. */
export function expire(draft: LedgerDraft): void {
  const silent = [...draft.devices.values()]
    .filter(({ lastSeenMs }) => draft.nowMs - lastSeenMs > draft.settings.lostAfterMs)
    .map(({ device }) => device);
  devicesLost(draft, silent);
  for (const entry of [...draft.frames.values()]) {
    if (frameTimedOut(draft, entry)) continue;
    expireParts(draft, entry);
    expireAudits(draft, entry.frame);
  }
}

function expireParts(draft: LedgerDraft, entry: LedgerFrame): void {
  const { frame, parts, phase } = entry;
  revoke(draft, entry, 'expired', (part) => 'deadlineMs' in part && part.deadlineMs < draft.nowMs);
  if (phase.kind !== 'running' || availableDevices(draft).length === 0 || !draft.frames.has(frame)) return;
  const unplaced = [...parts.keys()].filter((part) => parts[part]!.kind === 'unplaced');
  placeParts(
    draft,
    frame,
    unplaced.map((part) => ({ ...parts[part]!, part, avoid: null })),
  );
}

/** Takes parts from who has them, for others; nothing when the frame has failed in this step. */
function revoke(
  draft: LedgerDraft,
  { distribution, frame, parts }: LedgerFrame,
  why: 'lost' | 'expired',
  isTaken: (part: PartState) => boolean,
): void {
  if (!draft.frames.has(frame)) return;
  const taken = [...parts.keys()].filter((i) => isTaken(parts[i]!));
  if (taken.length === 0) return;
  // Members of a gang are late together: the next gang does without the one that the others wait for.
  const first = isGang({ distribution }) ? lateMember(draft, parts) : taken[0]!;
  for (const i of taken) note(draft, frame, i, why, parts[i]!);
  const what = `device ${holderOf(parts[first]!)} did not finish in time`;
  replaceParts(draft, frame, [first, ...taken.filter((i) => i !== first)], { reason: 'late', why: 'failed', what });
}

function frameTimedOut(draft: LedgerDraft, { frame, phase, startedMs }: LedgerFrame): boolean {
  // Its end is on its way.
  if (phase.kind === 'finishing' || phase.kind === 'local') return false;
  const { frameTimeoutMs, gatewayComputes } = draft.settings;
  const seconds = frameTimeoutMs / 1000;
  if (startedMs !== null && draft.nowMs - startedMs > frameTimeoutMs) {
    failFrame(draft, frame, 'DT_FRAME_TIMEOUT', `the frame was not finished within ${seconds} s of being started`);
    return true;
  }
  const lonely = gatewayComputes === undefined ? draft.deviceLessSinceMs : null;
  if (startedMs === null && lonely !== null && draft.nowMs - lonely > frameTimeoutMs) {
    failFrame(
      draft,
      frame,
      'DT_NO_DEVICE',
      `no device took work for ${seconds} s: none was live, or all were being drained or in quarantine`,
    );
    return true;
  }
  return false;
}
