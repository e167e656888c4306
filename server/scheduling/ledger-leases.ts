import { failFrame, holderOf, type LedgerDraft, note, setPart } from './ledger-draft.js';
import { placePart, retryDelivery } from './ledger-placement.js';
import type { HandedOutTask, LedgerEvent, LedgerFrame, ListedTask, PartState } from './ledger-state.js';

/**
 * How long a device may compute one tile: a multiple of what it usually takes, with a floor, doubled with each
 * attempt so that a cluster that has become slow does not fail its frames.
 */
function leaseMs(draft: LedgerDraft, device: string, attempt: number): number {
  const { leaseFactor, leaseFloorMs, leaseWaitingMs } = draft.settings;
  const usual = draft.devices.get(device)?.usualTileMs ?? leaseWaitingMs;
  return Math.max(leaseFloorMs, leaseFactor * usual) * 2 ** (attempt - 1);
}

function waitingDeadline(draft: LedgerDraft, device: string, attempt: number): number {
  return draft.nowMs + draft.settings.leaseWaitingMs + leaseMs(draft, device, attempt);
}

/** The open part that a device's word is about; null when it is about something past. */
function openPart(draft: LedgerDraft, { frame, tile, attempt }: { frame: string; tile: number; attempt: number }) {
  const part = draft.frames.get(frame)?.parts[tile];
  return part === undefined || part.kind === 'done' || attempt < part.attempt ? null : part;
}

function handOut(draft: LedgerDraft, victim: string, task: HandedOutTask): void {
  const part = openPart(draft, task);
  if (part === null) return;
  const holder = holderOf(part);
  // The thief may have spoken first; its own word about this attempt counts more than its victim's.
  if (task.attempt === part.attempt && holder !== victim && part.kind !== 'missing') return;
  const { thief: device, attempt } = task;
  const deadlineMs = waitingDeadline(draft, device, attempt);
  const state: PartState = { kind: 'assigned', attempt, device, deadlineMs, confirmed: false };
  setPart(draft, task.frame, task.tile, state);
  note(draft, task.frame, task.tile, 'assigned', state);
}

function listedState(draft: LedgerDraft, device: string, task: ListedTask, part: PartState): PartState {
  const { attempt } = task;
  const same = part.attempt === attempt && holderOf(part) === device;
  switch (task.state) {
    case 'queued':
      return { kind: 'queued', attempt, device };
    case 'waiting': {
      const deadlineMs = same && part.kind === 'assigned' ? part.deadlineMs : waitingDeadline(draft, device, attempt);
      return { kind: 'assigned', attempt, device, deadlineMs, confirmed: true };
    }
    case 'running':
      return same && part.kind === 'running'
        ? part
        : { kind: 'running', attempt, device, deadlineMs: draft.nowMs + leaseMs(draft, device, attempt) };
  }
}

function claim(draft: LedgerDraft, device: string, task: ListedTask): void {
  const part = openPart(draft, task);
  if (part === null) return;
  const state = listedState(draft, device, task, part);
  if (state === part) return;
  setPart(draft, task.frame, task.tile, state);
  const news = part.kind !== state.kind || holderOf(part) !== device || part.attempt !== state.attempt;
  if (news) note(draft, task.frame, task.tile, state.kind as 'queued' | 'assigned' | 'running', state);
}

/** Whether a device that has this part would list it; what is only said to be on its way to it may not be there yet. */
function wouldBeListed(part: PartState, device: string): boolean {
  if (holderOf(part) !== device) return false;
  return part.kind === 'queued' || part.kind === 'running' || (part.kind === 'assigned' && part.confirmed);
}

/** A device's heartbeat: what it handed out, what it has, and what it therefore has no longer. */
export function deviceSeen(draft: LedgerDraft, event: Extract<LedgerEvent, { kind: 'device-seen' }>): void {
  const { device, usualTileMs } = event;
  draft.devices.set(device, { device, usualTileMs, lastSeenMs: draft.nowMs });
  draft.deviceLessSinceMs = null;
  for (const task of event.handedOut) handOut(draft, device, task);
  for (const task of event.tasks) claim(draft, device, task);
  const listed = new Set(event.tasks.map(({ frame, tile }) => `${frame}/${tile}`));
  for (const { frame, parts } of [...draft.frames.values()]) {
    for (const [i, part] of parts.entries()) {
      if (!wouldBeListed(part, device) || listed.has(`${frame}/${i}`)) continue;
      const deadlineMs = draft.nowMs + draft.settings.missingMs;
      setPart(draft, frame, i, { kind: 'missing', attempt: part.attempt, device, deadlineMs });
    }
  }
}

/** A device that is gone: whatever it had goes to others. */
export function deviceGone(draft: LedgerDraft, device: string, why: string): void {
  if (!draft.devices.delete(device)) return;
  if (draft.devices.size === 0) draft.deviceLessSinceMs = draft.nowMs;
  for (const entry of [...draft.frames.values()]) {
    if (entry.phase.kind === 'delivering' && entry.source === device) retryDelivery(draft, entry, why);
    for (const [i, part] of entry.parts.entries()) {
      if (holderOf(part) !== device || !draft.frames.has(entry.frame)) continue;
      note(draft, entry.frame, i, 'lost', part);
      placePart(draft, entry.frame, i, part.attempt + 1, device);
    }
  }
}

/** What has run out by now: devices that are silent, leases, frames. */
export function expire(draft: LedgerDraft): void {
  for (const { device, lastSeenMs } of [...draft.devices.values()]) {
    if (draft.nowMs - lastSeenMs <= draft.settings.lostAfterMs) continue;
    draft.effects.push({ kind: 'device-lost', device });
    deviceGone(draft, device, `device ${device} was lost`);
  }
  for (const entry of [...draft.frames.values()]) {
    if (frameTimedOut(draft, entry)) continue;
    for (const [i, part] of entry.parts.entries()) {
      if (!draft.frames.has(entry.frame)) break;
      expirePart(draft, entry, i, part);
    }
  }
}

function expirePart(draft: LedgerDraft, entry: LedgerFrame, i: number, part: PartState): void {
  if (part.kind === 'unplaced' && entry.phase.kind === 'running') {
    if (draft.devices.size > 0) placePart(draft, entry.frame, i, part.attempt, null);
    return;
  }
  if (
    (part.kind === 'assigned' || part.kind === 'running' || part.kind === 'missing') &&
    part.deadlineMs < draft.nowMs
  ) {
    note(draft, entry.frame, i, 'expired', part);
    placePart(draft, entry.frame, i, part.attempt + 1, part.device);
  }
}

function frameTimedOut(draft: LedgerDraft, { frame, startedMs }: LedgerFrame): boolean {
  const { frameTimeoutMs } = draft.settings;
  const seconds = frameTimeoutMs / 1000;
  if (startedMs !== null && draft.nowMs - startedMs > frameTimeoutMs) {
    failFrame(draft, frame, 'DT_FRAME_TIMEOUT', `the frame was not finished within ${seconds} s of being started`);
    return true;
  }
  const lonely = draft.deviceLessSinceMs;
  if (startedMs === null && lonely !== null && draft.nowMs - lonely > frameTimeoutMs) {
    failFrame(draft, frame, 'DT_NO_DEVICE', `no device was live for ${seconds} s`);
    return true;
  }
  return false;
}
