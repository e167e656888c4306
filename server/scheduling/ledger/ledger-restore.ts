import type { TaskKey } from '../task-key.js';
import { runningAudit } from './ledger-audits.js';
import type { LedgerDraft } from './ledger-draft.js';
import type { LedgerEvent } from './ledger-events.js';
import { placeParts } from './ledger-placement.js';
import type { LedgerFrame } from './ledger-state.js';

/** The contract's largest attempt. The lives of a gateway after so many attempts share theirs. */
export const LARGEST_ATTEMPT = 1_000;

/**
 * Takes up a frame of an earlier life of the gateway: whatever was known of its parts is gone. Before anything of it is
 * given out, the devices have a while to say which parts they have.
 */
export function restoreFrame(draft: LedgerDraft, event: Extract<LedgerEvent, { kind: 'frame-restored' }>): void {
  const { frame, source, distribution, life, since = 1 } = event;
  const { attempts, restoreMs } = draft.settings;
  const earlier = Math.min(since - 1 + life * attempts, LARGEST_ATTEMPT - attempts);
  // Slices are cut anew, so that none of an earlier life may count. A tile is the same in every life: who has it goes on.
  const attempt = distribution.kind === 'layered' ? earlier + 1 : since;
  draft.frames.set(frame, {
    frame,
    source,
    distribution,
    layering: null,
    phase: { kind: 'waiting', notBeforeMs: draft.nowMs + restoreMs },
    acceptedMs: draft.nowMs,
    startedMs: null,
    deliveries: earlier,
    excused: earlier,
    isRestored: true,
    since,
    audits: [],
    refused: [],
    latest: attempt,
    latestAudit: 0,
    parts: Array(event.parts).fill({ kind: 'unplaced', attempt }),
  });
}

/**
 * A device names an attempt. One that this life of the gateway cannot have come to is an earlier life's: a part of it that
 * is lost is then tried as often as any other.
 */
export function observe(draft: LedgerDraft, { frame, tile, attempt }: TaskKey): void {
  const entry = draft.frames.get(frame);
  const { attempts } = draft.settings;
  if (entry === undefined || entry.distribution.kind === 'layered' || attempt <= entry.excused + attempts) return;
  // What is run to compare has attempts beyond those of the part.
  if (runningAudit(entry, tile, attempt) !== null) return;
  draft.frames.set(frame, { ...entry, excused: Math.min(attempt, LARGEST_ATTEMPT - attempts) });
}

/** Whether devices go on with parts of a frame that was taken up again: then its source need not get it once more. */
export function isUnderWay({ isRestored, parts, source }: LedgerFrame): boolean {
  return isRestored && source !== '' && parts.some(({ kind }) => kind !== 'unplaced');
}

/** Goes on with such a frame: the parts that no device has are given out. */
export function resume(draft: LedgerDraft, entry: LedgerFrame): void {
  const { frame, parts } = entry;
  draft.frames.set(frame, { ...entry, isRestored: false, phase: { kind: 'running' }, startedMs: draft.nowMs });
  const unplaced = [...parts.entries()].filter(([, { kind }]) => kind === 'unplaced');
  placeParts(
    draft,
    frame,
    unplaced.map(([part, { attempt }]) => ({ part, attempt, avoid: null })),
  );
}
