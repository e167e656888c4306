import { LARGEST_ATTEMPT } from '../task-key.js';
import { endAudit } from './ledger-audits.js';
import { failFrame, type LedgerDraft } from './ledger-draft.js';
import type { EventOf } from './ledger-events.js';
import { isGang, membersOf } from './ledger-gangs.js';
import type { LedgerFrame, PartState } from './ledger-state.js';

/** Two devices differed, and it has been found out who is wrong, or could not be. */
export function auditJudged(draft: LedgerDraft, event: EventOf<'audit-judged'>): void {
  const { frame, part, attempt, finding } = event;
  const audit = draft.frames
    .get(frame)
    ?.audits.find(({ phase }) => phase.kind === 'judging' && phase.attempt === attempt);
  if (finding.kind === 'wrong' && finding.devices.length > 0) {
    // Also when its frame has ended meanwhile: it is true of the device.
    const fresh = finding.devices.filter(({ device }) => !draft.quarantined.has(device));
    for (const { device, detail } of fresh) {
      draft.quarantined.add(device);
      draft.effects.push({ kind: 'quarantine', device, frame, part, detail });
    }
    if (audit !== undefined) draft.effects.push({ kind: 'audited', frame, part, outcome: 'disagreed' });
    runAgainWithout(draft, new Set(fresh.map(({ device }) => device)));
    return;
  }
  const entry = draft.frames.get(frame);
  if (audit === undefined || entry === undefined) return;
  if (finding.kind === 'wrong') {
    endAudit(draft, frame, audit, 'agreed');
    return;
  }
  if (finding.kind === 'skipped') {
    endAudit(draft, frame, audit, 'skipped');
    return;
  }
  draft.effects.push({ kind: 'audited', frame, part, outcome: 'undecided' });
  if (finding.kind === 'suspected') {
    // Alone, a device has nothing of others in its values: the audit of the next run proves it wrong or not.
    const distribution = { kind: 'gang', plan: 'stages', members: 1, most: 1, suspects: finding.devices } as const;
    runAgain(draft, { ...entry, distribution });
    return;
  }
  if (finding.kind === 'unclear' && entry.generation === 1) runAgain(draft, entry);
  else failFrame(draft, frame, 'DT_AUDIT_UNDECIDED', finding.detail);
}

/**
 * Throws away what these devices can have had a share in. Their border strips may be in any tile of any frame that is
 * under way, so that these begin anew as a whole.
 */
export function runAgainWithout(draft: LedgerDraft, devices: ReadonlySet<string>): void {
  if (devices.size === 0) return;
  for (const entry of [...draft.frames.values()]) if (mayHaveShare(entry, devices)) runAgain(draft, entry);
}

function mayHaveShare(entry: LedgerFrame, devices: ReadonlySet<string>): boolean {
  const { parts, phase, source } = entry;
  if (phase.kind === 'delivering' && devices.has(source)) return true;
  if (isGang(entry)) return membersOf(entry).some((device) => devices.has(device));
  return phase.kind === 'running' || parts.some(({ kind }) => kind !== 'unplaced');
}

/** Runs a frame from its picture on, as a new generation: nothing of the attempts so far counts. */
function runAgain(draft: LedgerDraft, entry: LedgerFrame): void {
  const { audits, frame, latest, parts } = entry;
  const generation = entry.generation + 1;
  for (const { part, phase } of audits) {
    if (phase.kind === 'running') draft.effects.push({ kind: 'audited', frame, part, outcome: 'skipped' });
  }
  if (latest >= LARGEST_ATTEMPT - draft.settings.attempts) {
    failFrame(draft, frame, 'DT_TILE_ATTEMPTS', `the frame was begun anew too often, ${latest} attempts in all`);
    return;
  }
  const unplaced: PartState = { kind: 'unplaced', attempt: latest + 1, failed: 0 };
  draft.frames.set(frame, {
    ...entry,
    generation,
    audits: [],
    refused: [],
    avoided: null,
    phase: { kind: 'waiting', notBeforeMs: draft.nowMs },
    failedDeliveries: 0,
    isRestored: false,
    parts: Array(isGang(entry) ? 1 : parts.length).fill(unplaced),
  });
  draft.effects.push({ kind: 'rerun', frame, generation });
}
