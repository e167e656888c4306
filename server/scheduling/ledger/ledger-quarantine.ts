import { endAudit } from './ledger-audits.js';
import { failFrame, type LedgerDraft } from './ledger-draft.js';
import type { LedgerEvent } from './ledger-events.js';
import { LARGEST_ATTEMPT } from './ledger-restore.js';
import type { LedgerFrame, PartState } from './ledger-state.js';

/** Two devices differed, and it has been found out who is wrong, or could not be. */
export function auditJudged(draft: LedgerDraft, event: Extract<LedgerEvent, { kind: 'audit-judged' }>): void {
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
  draft.effects.push({ kind: 'audited', frame, part, outcome: 'undecided' });
  const isFirstRun = entry.since === 1;
  if (finding.kind === 'unclear' && isFirstRun) runAgain(draft, entry);
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

function mayHaveShare({ distribution, layering, parts, phase, source }: LedgerFrame, devices: ReadonlySet<string>) {
  if (phase.kind === 'delivering' && devices.has(source)) return true;
  if (distribution.kind === 'layered') return layering?.devices.some((device) => devices.has(device)) ?? false;
  return phase.kind === 'running' || parts.some(({ kind }) => kind !== 'unplaced');
}

/** Runs a frame from its picture on; of the attempts so far none counts, neither as a result nor as a failure. */
function runAgain(draft: LedgerDraft, entry: LedgerFrame): void {
  const { audits, deliveries, distribution, excused, frame, latestAudit, parts } = entry;
  const latest = Math.max(entry.latest, deliveries, latestAudit, ...parts.map(({ attempt }) => attempt));
  const since = latest + 1;
  for (const { part, phase } of audits) {
    if (phase.kind === 'running') draft.effects.push({ kind: 'audited', frame, part, outcome: 'skipped' });
  }
  if (since > LARGEST_ATTEMPT - draft.settings.attempts) {
    failFrame(draft, frame, 'DT_TILE_ATTEMPTS', `the frame was begun anew too often, ${latest} attempts in all`);
    return;
  }
  const unplaced: PartState = { kind: 'unplaced', attempt: since };
  draft.frames.set(frame, {
    ...entry,
    since,
    audits: [],
    refused: [],
    layering: null,
    phase: { kind: 'waiting', notBeforeMs: draft.nowMs },
    deliveries: latest,
    excused: Math.max(excused, latest),
    isRestored: false,
    latest: since,
    parts: Array(distribution.kind === 'layered' ? 1 : parts.length).fill(unplaced),
  });
  draft.effects.push({ kind: 'rerun', frame, since });
}
