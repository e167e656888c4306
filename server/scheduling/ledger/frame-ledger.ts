import { unreachable } from '../../errors.js';
import { averageBusy } from '../gang/gang-forecast.js';
import { joinTurns, takeTurn } from '../policy/waiting-order.js';
import {
  auditResult,
  beginAudit,
  beginGangAudit,
  finishIfWhole,
  isSecondResult,
  retryAudits,
  runningAudit,
} from './ledger-audits.js';
import { draftOf, isAnyAvailable, type LedgerDraft, missingPart, note, setPart } from './ledger-draft.js';
import { handBack, startDraining } from './ledger-draining.js';
import type { LedgerEffect, ResultVerdict } from './ledger-effects.js';
import type { EventOf, LedgerEvent } from './ledger-events.js';
import { isGang, isPresentMember, noteGangTime, restartGang } from './ledger-gangs.js';
import { deviceSeen, devicesGone, devicesLost, expire } from './ledger-leases.js';
import { chooseSource, retryDelivery, shareParts } from './ledger-placement.js';
import { auditJudged } from './ledger-quarantine.js';
import { convictRefused, resultRefused } from './ledger-refusals.js';
import { placeRemaining, remainingReturned } from './ledger-remaining.js';
import { restoreFrame } from './ledger-restore.js';
import { computeHere, dropOlder, startWaitingFrames } from './ledger-start.js';
import type { FrameLedger, LedgerFrame, PartPlace, PartState } from './ledger-state.js';

export interface LedgerStep {
  readonly ledger: FrameLedger;
  /** To be carried out in this order. */
  readonly effects: readonly LedgerEffect[];
  /** What became of the result that the event brought; null for other events. */
  readonly verdict: ResultVerdict | null;
}

/** Applies one event. `nowMs` must not go back from call to call. */
export function stepLedger(ledger: FrameLedger, event: LedgerEvent, nowMs: number): LedgerStep {
  const draft = draftOf(ledger, nowMs);
  const verdict = apply(draft, event);
  if (isAnyAvailable(draft)) draft.deviceLessSinceMs = null;
  else draft.deviceLessSinceMs ??= nowMs;
  // Before new frames, so that these do not take the devices.
  placeRemaining(draft);
  startWaitingFrames(draft);
  // Frames behind one that waited for devices, and that the gateway has now, may have those that are free.
  if (computeHere(draft)) startWaitingFrames(draft);
  const { effects, nowMs: _, ...next } = draft;
  return { ledger: next, effects, verdict };
}

function apply(draft: LedgerDraft, event: LedgerEvent): ResultVerdict | null {
  switch (event.kind) {
    case 'frame-accepted':
      acceptFrame(draft, event);
      return null;
    case 'frame-restored':
      restoreFrame(draft, event);
      return null;
    case 'frame-delivered':
      frameDelivered(draft, event);
      return null;
    case 'delivery-failed': {
      if (event.draining) startDraining(draft, event.source);
      const entry = delivering(draft, event);
      if (entry !== null) retryDelivery(draft, entry, { detail: event.detail, hasFailed: !event.draining });
      return null;
    }
    case 'device-seen':
      deviceSeen(draft, event);
      return null;
    case 'device-left':
      devicesGone(draft, [event.device], (device) => `device ${device} left`);
      return null;
    case 'device-dead':
      if (draft.devices.has(event.device)) devicesLost(draft, [event.device]);
      return null;
    case 'device-suspended':
      if (event.untilMs > draft.nowMs) draft.suspendedUntilMs.set(event.device, event.untilMs);
      else draft.suspendedUntilMs.delete(event.device);
      return null;
    case 'part-pushed':
      partPushed(draft, event);
      return null;
    case 'push-failed':
      pushFailed(draft, event);
      return null;
    case 'result':
      return acceptResult(draft, event);
    case 'result-refused':
      resultRefused(draft, event);
      return null;
    case 'audit-result':
      auditResult(draft, event);
      return null;
    case 'audit-judged':
      auditJudged(draft, event);
      return null;
    case 'device-quarantined':
      draft.quarantined.add(event.device);
      return null;
    case 'device-released':
      draft.quarantined.delete(event.device);
      return null;
    case 'devices-left-out':
      draft.leftOut = new Set(event.devices);
      return null;
    case 'gangs-predicted':
      draft.forecast = event.forecast;
      return null;
    case 'gateway-busy':
      draft.gatewayBusy = averageBusy(draft.gatewayBusy, event.share);
      return null;
    case 'pictures-arriving':
      draft.arriving = event.count;
      return null;
    case 'overheads-known':
      draft.overheads = event.overheads;
      return null;
    case 'remaining-returned':
      remainingReturned(draft, event);
      return null;
    case 'frame-ended':
      draft.frames.delete(event.frame);
      return null;
    case 'tick':
      expire(draft);
      return null;
  }
}

function acceptFrame(draft: LedgerDraft, event: EventOf<'frame-accepted'>): void {
  const { frame, distribution = { kind: 'stealing' }, origin = '', queue = 'all' } = event;
  // What the gateway shares out waits for its turn, also where its source has the picture already.
  const isQuarantined = event.source !== null && draft.quarantined.has(event.source);
  const delivered = event.delivered && distribution.kind === 'stealing' && !isQuarantined;
  const source = event.source ?? chooseSource(draft) ?? '';
  const part: PartState = { ...firstPlace(draft, source, delivered), failed: 0 };
  const parts: PartState[] = Array(event.parts).fill(part);
  const turns = joinTurns(draft.turns, origin, draft.frames.values());
  draft.turns = delivered ? takeTurn(turns, origin) : turns;
  draft.frames.set(frame, {
    frame,
    source,
    origin,
    queue,
    distribution,
    phase: delivered ? { kind: 'running' } : { kind: 'waiting', notBeforeMs: draft.nowMs },
    acceptedMs: draft.nowMs,
    startedMs: delivered ? draft.nowMs : null,
    formedMs: null,
    failedDeliveries: 0,
    isRestored: false,
    generation: 1,
    audits: [],
    refused: [],
    avoided: null,
    latest: delivered ? 1 : 0,
    parts,
  });
  dropOlder(draft, frame, origin);
  if (delivered) for (const i of parts.keys()) note(draft, frame, i, 'queued', part);
}

function firstPlace(draft: LedgerDraft, source: string, delivered: boolean): PartPlace {
  if (!delivered) return { kind: 'unplaced', attempt: 1 };
  // A source that is not live has yet to show that it holds the frame.
  return draft.devices.has(source) ? { kind: 'queued', attempt: 1, device: source } : missingPart(draft, source, 1);
}

/** The frame that a word about a delivery is about; null when another delivery has begun since. */
function delivering(
  draft: LedgerDraft,
  { frame, source, attempt }: { frame: string; source: string; attempt: number },
): LedgerFrame | null {
  const entry = draft.frames.get(frame);
  const current = entry?.phase.kind === 'delivering' && entry.source === source && entry.phase.attempt === attempt;
  return current ? entry : null;
}

function frameDelivered(draft: LedgerDraft, event: EventOf<'frame-delivered'>): void {
  const entry = delivering(draft, event);
  if (entry === null) return;
  draft.frames.set(entry.frame, { ...entry, phase: { kind: 'running' } });
  switch (entry.distribution.kind) {
    case 'stealing':
      queueParts(draft, entry, event);
      return;
    case 'sharing':
      shareParts(draft, entry.frame, event.attempt);
      return;
    case 'gang':
      // Its picture comes with the tasks.
      return;
    default:
      unreachable(entry.distribution);
  }
}

function queueParts(draft: LedgerDraft, entry: LedgerFrame, event: EventOf<'frame-delivered'>): void {
  for (const [i, part] of entry.parts.entries()) {
    // A heartbeat may have told of the delivery's tiles before its answer did; what it told of older ones is past.
    if (part.kind === 'done' || (part.kind !== 'unplaced' && part.attempt >= event.attempt)) continue;
    // Something of an earlier life of the gateway may have had more attempts. Who has a part goes on under an older one.
    const attempt = Math.max(part.attempt, event.attempt);
    const state: PartPlace = { kind: 'queued', attempt, device: event.source };
    setPart(draft, entry.frame, i, state);
    note(draft, entry.frame, i, 'queued', state);
  }
}

function pushing(draft: LedgerDraft, event: EventOf<'part-pushed' | 'push-failed'>): boolean {
  const { frame, part, attempt, device } = event;
  const state = draft.frames.get(frame)?.parts[part];
  return state?.kind === 'pushing' && state.attempt === attempt && state.device === device;
}

function partPushed(draft: LedgerDraft, event: EventOf<'part-pushed'>): void {
  if (!pushing(draft, event)) return;
  const state: PartPlace = { kind: 'queued', attempt: event.attempt, device: event.device };
  setPart(draft, event.frame, event.part, state);
  note(draft, event.frame, event.part, 'queued', state);
}

function pushFailed(draft: LedgerDraft, event: EventOf<'push-failed'>): void {
  const { frame, part, attempt, device } = event;
  if (event.draining) startDraining(draft, device);
  const entry = draft.frames.get(frame);
  const audit = entry === undefined ? null : runningAudit(entry, part, attempt);
  if (audit !== null) retryAudits(draft, frame, (other) => other === audit);
  if (!pushing(draft, event)) return;
  if (event.draining) {
    handBack(draft, device, [{ frame, tile: part, generation: entry!.generation, attempt }]);
    return;
  }
  // A pause: where every queue is full, its attempts must not be gone in a moment.
  const pauseMs = draft.settings.retryMs * 2 ** entry!.parts[part]!.failed;
  if (entry!.distribution.kind === 'gang') {
    note(draft, frame, part, 'returned', entry!.parts[part]!);
    const what = `device ${device} did not take its block: ${event.detail}`;
    restartGang(draft, entry!, { member: part, reason: 'not-taken', why: 'failed', what, pauseMs });
    return;
  }
  // Expiry places it elsewhere.
  setPart(draft, frame, part, missingPart(draft, device, attempt, pauseMs));
}

function acceptResult(draft: LedgerDraft, event: EventOf<'result'>): ResultVerdict {
  const entry = draft.frames.get(event.frame);
  const part = entry?.parts[event.part];
  if (entry === undefined || part === undefined) return 'stale';
  if (draft.quarantined.has(event.device) || event.generation !== entry.generation) return 'stale';
  if (entry.phase.kind === 'local') return 'stale';
  const gang = isGang(entry);
  // Another gang was cut otherwise.
  if (gang && !isPresentMember(entry, event.part, event.device, event.attempt)) return 'stale';
  if (part.kind === 'done') {
    const audit = runningAudit(entry, event.part, event.attempt);
    if (audit === null) return 'duplicate';
    if (isSecondResult(draft, event)) return 'to-compare';
    // It came back to the very device that it was to check.
    retryAudits(draft, event.frame, (other) => other === audit);
    return 'duplicate';
  }
  const state = { kind: 'done', attempt: event.attempt, device: event.device } as const;
  setPart(draft, event.frame, event.part, state);
  const now = draft.frames.get(event.frame)!;
  const all = now.parts.every(({ kind }) => kind === 'done');
  if (all) noteGangTime(draft, now);
  note(draft, event.frame, event.part, 'done', state);
  // What a gang's member that is convicted had does not count already; tiles do, and the frame begins again without them.
  if ((!gang || all) && convictRefused(draft, event.frame, event.part) && !gang) return 'accepted';
  if (event.audited && !gang) beginAudit(draft, event.frame, event.part, state);
  if (event.audited && gang && all) beginGangAudit(draft, event.frame);
  finishIfWhole(draft, event.frame);
  return 'accepted';
}
