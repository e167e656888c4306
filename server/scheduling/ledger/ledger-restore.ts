import { joinTurns } from '../policy/waiting-order.js';
import { LARGEST_ATTEMPT } from '../task-key.js';
import type { LedgerDraft } from './ledger-draft.js';
import type { EventOf } from './ledger-events.js';
import { isGang } from './ledger-gangs.js';
import { placeParts } from './ledger-placement.js';
import type { LedgerFrame } from './ledger-state.js';

/**
 * Takes up a frame of an earlier life of the gateway: whatever was known of its parts is gone. Before anything of it is
 * given out, the devices have a while to say which parts they have.
 */
export function restoreFrame(draft: LedgerDraft, event: EventOf<'frame-restored'>): void {
  const { frame, source, distribution, life, generation = 1, origin = '', queue = 'all' } = event;
  const { attempts, restoreMs } = draft.settings;
  // Beyond what earlier lives and generations can have come to.
  const latest = Math.min((life + 2 * (generation - 1)) * attempts, LARGEST_ATTEMPT - attempts);
  // A gang is formed again, so that nothing of an earlier life may count. A tile is the same in every life: who has it goes on.
  const attempt = isGang({ distribution }) ? latest + 1 : 1;
  draft.turns = joinTurns(draft.turns, origin, draft.frames.values());
  draft.frames.set(frame, {
    frame,
    source,
    origin,
    queue,
    distribution,
    phase: { kind: 'waiting', notBeforeMs: draft.nowMs + restoreMs },
    acceptedMs: draft.nowMs,
    startedMs: null,
    formedMs: null,
    failedDeliveries: 0,
    isRestored: true,
    generation,
    audits: [],
    refused: [],
    avoided: null,
    latest,
    parts: Array(event.parts).fill({ kind: 'unplaced', attempt, failed: 0 }),
  });
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
    unplaced.map(([part, { attempt, failed }]) => ({ part, attempt, failed, avoid: null })),
  );
}
