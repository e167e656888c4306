import type { TaskKey } from '../task-key.js';
import { handBackAudits } from './ledger-audits.js';
import { holderOf, type LedgerDraft, note } from './ledger-draft.js';
import { findMember, isGang, isPresentMember, restartGang } from './ledger-gangs.js';
import { replaceParts, retryDelivery } from './ledger-placement.js';
import type { LedgerFrame } from './ledger-state.js';

/**
 * A device takes nothing new from here on. What it computes it finishes, tiles that it has not begun it gives back one
 * by one; a frame of whose gang it is a member starts again without it, since the rest of that would take as long as
 * everybody else's share.
 */
export function startDraining(draft: LedgerDraft, device: string): void {
  const known = draft.devices.get(device);
  if (known === undefined || known.draining) return;
  draft.devices.set(device, { ...known, draining: true });
  for (const entry of [...draft.frames.values()]) {
    const member = findMember(entry, (other, isDone) => other === device && !isDone);
    if (member < 0) continue;
    note(draft, entry.frame, member, 'returned', entry.parts[member]!);
    restartGang(draft, entry, { member, reason: 'drained', why: 'returned', what: `device ${device} was drained` });
  }
}

/** Tiles that a device gives back without having begun them: others get them at once. */
export function handBack(draft: LedgerDraft, device: string, tasks: readonly TaskKey[]): void {
  const isDraining = draft.devices.get(device)?.draining === true;
  const why = isDraining ? 'returned' : 'failed';
  const reason = isDraining ? 'drained' : 'given-back';
  handBackAudits(draft, tasks);
  for (const frame of new Set(tasks.map((task) => task.frame))) {
    const entry = draft.frames.get(frame);
    if (entry === undefined) continue;
    const returned = tasks.filter((task) => task.frame === frame);
    const parts = [...new Set(returned.filter((task) => isBack(entry, device, task)).map(({ tile }) => tile))];
    for (const part of parts) note(draft, frame, part, 'returned', entry.parts[part]!);
    if (isOfDelivery(entry, device, returned)) {
      // The next delivery brings them.
      const detail = `device ${device} gave it back`;
      replaceParts(draft, frame, parts, { reason, why, what: detail });
      retryDelivery(draft, draft.frames.get(frame)!, { detail, hasFailed: why === 'failed' });
      continue;
    }
    if (parts.length === 0) continue;
    replaceParts(draft, frame, parts, { reason, why, what: `device ${device} gave its block back` });
  }
}

/** The source took the frame and gives it back, before its answer to the delivery was heard. */
function isOfDelivery({ phase, source }: LedgerFrame, device: string, tasks: readonly TaskKey[]): boolean {
  return phase.kind === 'delivering' && source === device && tasks.some(({ attempt }) => attempt === phase.attempt);
}

/**
 * Whether a device's word that it gives a tile back is the latest about it. It may have had the tile from a thief that
 * handed it back just before.
 */
function isBack(frame: LedgerFrame, device: string, { tile, generation, attempt }: TaskKey): boolean {
  const part = frame.parts[tile];
  if (part === undefined || generation !== frame.generation) return false;
  if (part.kind === 'done' || part.kind === 'unplaced') return false;
  if (isGang(frame)) return isPresentMember(frame, tile, device, attempt);
  if (holderOf(part) === device) return part.kind === 'pushing' ? part.attempt === attempt : part.attempt >= attempt;
  return part.attempt === attempt && (part.kind === 'assigned' || part.kind === 'missing');
}

/** Drained devices are gone: what was on its way to them they have refused. */
export function refusePushed(draft: LedgerDraft, { frame, parts }: LedgerFrame, drained: ReadonlySet<string>): void {
  const refused = [...parts.keys()].filter((i) => {
    const part = parts[i]!;
    return part.kind === 'pushing' && drained.has(part.device);
  });
  if (refused.length === 0) return;
  for (const i of refused) note(draft, frame, i, 'returned', parts[i]!);
  replaceParts(draft, frame, refused, { reason: 'drained', why: 'returned', what: 'a device was drained' });
}
