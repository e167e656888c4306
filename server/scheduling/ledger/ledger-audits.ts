import type { TaskKey } from '../task-key.js';
import { type LedgerDraft, note, waitingDeadline } from './ledger-draft.js';
import type { EventOf } from './ledger-events.js';
import { membersOf } from './ledger-gangs.js';
import { leastLoadedBesides } from './ledger-placement.js';
import { beginRemaining } from './ledger-remaining.js';
import type { AuditOutcome, FrameLedger, LedgerFrame, PartAudit, PartPlace } from './ledger-state.js';

/*
 * Audits: a part that is done is run once more, on a device that has not had it, and the two results are compared. A
 * frame ends when its audits have. One that nobody can run, or that takes longer than a lease, is skipped.
 */

type RunningAudit = PartAudit & { readonly phase: Extract<PartAudit['phase'], { kind: 'running' }> };

/** The audit that this attempt of a part was given out for; null when there is none (any more). */
export function runningAudit({ audits }: LedgerFrame, part: number, attempt: number): RunningAudit | null {
  const isIt = (audit: PartAudit): audit is RunningAudit =>
    audit.phase.kind === 'running' && audit.part === part && audit.phase.attempt === attempt;
  return audits.find(isIt) ?? null;
}

/**
 * Whether a result is the second one of a part that is audited. A device that was drained and resumed may have had it
 * stolen: whoever sends it will do, but for the one that is checked.
 */
export function isSecondResult(
  { frames, quarantined }: Pick<FrameLedger, 'frames' | 'quarantined'>,
  { frame, part, attempt, device }: Omit<SecondResult, 'agrees'>,
): boolean {
  const entry = frames.get(frame);
  const audit = entry === undefined ? null : runningAudit(entry, part, attempt);
  return audit !== null && audit.tried[0] !== device && !quarantined.has(device);
}

type SecondResult = Pick<EventOf<'audit-result'>, 'frame' | 'part' | 'attempt' | 'device' | 'agrees'>;

/** Has another device run a part that has just been done. */
export function beginAudit(draft: LedgerDraft, frame: string, part: number, state: PartPlace & { kind: 'done' }): void {
  placeAudit(draft, frame, { part, tried: [state.device] });
}

/** Has the gateway compute a frame of a gang of which all blocks are there. */
export function beginGangAudit(draft: LedgerDraft, frame: string): void {
  const entry = draft.frames.get(frame)!;
  const { attempt } = entry.parts[0]!;
  // Half of the time that the frame has left: the other half is for a gang that begins again.
  const leftMs = draft.settings.frameTimeoutMs - (draft.nowMs - (entry.startedMs ?? draft.nowMs));
  const phase = { kind: 'judging' as const, attempt, deadlineMs: draft.nowMs + leftMs / 2 };
  draft.frames.set(frame, { ...entry, audits: [{ part: 0, tried: membersOf(entry), phase }] });
  draft.effects.push({ kind: 'check', frame, attempt });
}

/** Every part is there and none is looked at any more: the frame can be finished. */
export function finishIfWhole(draft: LedgerDraft, frame: string): void {
  const entry = draft.frames.get(frame);
  if (entry === undefined || entry.phase.kind === 'finishing' || entry.audits.length > 0) return;
  if (!entry.parts.every(({ kind }) => kind === 'done')) return;
  beginRemaining(draft, entry);
}

/** A second result, compared with the first. */
export function auditResult(draft: LedgerDraft, event: EventOf<'audit-result'>): void {
  const { frame, part, attempt, device } = event;
  if (!isSecondResult(draft, event)) return;
  const entry = draft.frames.get(frame)!;
  const audit = runningAudit(entry, part, attempt)!;
  note(draft, frame, part, event.agrees ? 'audited' : 'disputed', { kind: 'done', attempt, device });
  if (event.agrees) {
    endAudit(draft, frame, audit, 'agreed');
    return;
  }
  const judged: PartAudit = { ...audit, phase: { kind: 'judging', attempt } };
  draft.frames.set(frame, { ...entry, audits: entry.audits.map((other) => (other === audit ? judged : other)) });
  draft.effects.push({ kind: 'judge', frame, part, attempt, devices: [audit.tried[0]!, device] });
}

/** An audit is over; with the last one its frame is finished. */
export function endAudit(draft: LedgerDraft, frame: string, audit: PartAudit, outcome: AuditOutcome): void {
  const entry = draft.frames.get(frame)!;
  draft.frames.set(frame, { ...entry, audits: entry.audits.filter((other) => other !== audit) });
  draft.effects.push({ kind: 'audited', frame, part: audit.part, outcome });
  finishIfWhole(draft, frame);
}

/** A device that does not run what it was given to check: another one does, if one is left that has not had it. */
export function retryAudits(draft: LedgerDraft, frame: string, isGivenUp: (audit: RunningAudit) => boolean): void {
  for (const audit of draft.frames.get(frame)?.audits ?? []) {
    if (audit.phase.kind !== 'running' || !isGivenUp(audit as RunningAudit)) continue;
    const entry = draft.frames.get(frame)!;
    draft.frames.set(frame, { ...entry, audits: entry.audits.filter((other) => other !== audit) });
    placeAudit(draft, frame, audit);
    finishIfWhole(draft, frame);
  }
}

/** Audits that a device gives back without having begun them. */
export function handBackAudits(draft: LedgerDraft, tasks: readonly TaskKey[]): void {
  for (const { frame, tile, attempt } of tasks) {
    retryAudits(draft, frame, ({ part, phase }) => part === tile && phase.attempt === attempt);
  }
}

/** Nobody waits longer for a second result than for a first. */
export function expireAudits(draft: LedgerDraft, frame: string): void {
  for (const audit of draft.frames.get(frame)?.audits ?? []) {
    if ((audit.phase.deadlineMs ?? Number.POSITIVE_INFINITY) < draft.nowMs) {
      endAudit(draft, frame, audit, 'skipped');
    }
  }
}

/** @param tried devices that have had it, first the one whose result counts. */
function placeAudit(draft: LedgerDraft, frame: string, { part, tried }: Pick<PartAudit, 'part' | 'tried'>): void {
  const device = leastLoadedBesides(draft, tried);
  if (device === null) {
    draft.effects.push({ kind: 'audited', frame, part, outcome: 'skipped' });
    return;
  }
  const entry = draft.frames.get(frame)!;
  // An attempt of its own, so that its result is told from late ones of the part.
  const attempt = entry.latest + 1;
  const deadlineMs = waitingDeadline(draft, device, entry.parts[part]!.failed);
  const audit: PartAudit = {
    part,
    tried: [...tried, device],
    phase: { kind: 'running', attempt, device, deadlineMs },
  };
  draft.frames.set(frame, { ...entry, audits: [...entry.audits, audit], latest: attempt });
  draft.effects.push({ kind: 'push', frame, part, attempt, device, audit: true });
  note(draft, frame, part, 'audit', { kind: 'pushing', attempt, device });
}
