import { availableDevices, failFrame, type LedgerDraft, note, setPart } from './ledger-draft.js';
import type { EventOf } from './ledger-events.js';
import { isGang, isPresentMember, membersOf, restartGang } from './ledger-gangs.js';
import { leastLoadedBesides } from './ledger-placement.js';
import { runAgainWithout } from './ledger-quarantine.js';
import type { LedgerFrame, PartPlace, PartState } from './ledger-state.js';

/*
 * Results with values that are not finite. A part is pure: where another device computes finite values, the one whose
 * result was refused is wrong. Where every device gives such values, the weights are.
 */

/** A part whose only device was refused is computed there once more: it may have been one flipped bit. */
const LEAST_TRIES = 2;

type RefusedEvent = EventOf<'result-refused'>;

/** Gives a part whose result was not finite to a device that has not computed it. */
export function resultRefused(draft: LedgerDraft, event: RefusedEvent): void {
  const { frame, device, part } = event;
  const entry = draft.frames.get(frame);
  const state = entry?.parts[part];
  if (entry === undefined || state === undefined) return;
  if (draft.quarantined.has(device) || event.generation !== entry.generation) return;
  if (entry.phase.kind === 'local') return;
  if (isGang(entry)) {
    const isPresent = isPresentMember(entry, part, device, event.attempt);
    if (isPresent && state.kind !== 'done') refuseMember(draft, entry, event);
  } else refuseTile(draft, entry, state, event);
}

function refuseTile(draft: LedgerDraft, entry: LedgerFrame, state: PartState, { attempt, device, part }: RefusedEvent) {
  const { frame } = entry;
  if (state.kind === 'done') {
    if (state.device !== device) convict(draft, frame, part, [device]);
    return;
  }
  draft.frames.set(frame, { ...entry, refused: [...entry.refused, { part, device }] });
  note(draft, frame, part, 'refused', { kind: 'running', attempt, device, deadlineMs: draft.nowMs });
  // Another device has the part by now.
  if (attempt < state.attempt) return;
  const tried = refusedOf(draft.frames.get(frame)!, part);
  if (failsEverywhere(draft, frame, tried, `tile ${part}`)) return;
  const next = Math.max(attempt, state.attempt) + 1;
  const other = leastLoadedBesides(draft, tried) ?? leastLoadedBesides(draft, []);
  if (other === null || entry.phase.kind !== 'running') {
    setPart(draft, frame, part, { kind: 'unplaced', attempt: next });
    return;
  }
  const pushing: PartPlace = { kind: 'pushing', attempt: next, device: other };
  setPart(draft, frame, part, pushing);
  draft.effects.push({ kind: 'push', frame, part, attempt: next, device: other, alone: true });
  note(draft, frame, part, 'pushed', pushing);
}

/** What the others have is lost with the block: the frame begins again without that device. */
function refuseMember(draft: LedgerDraft, entry: LedgerFrame, { device, part }: RefusedEvent): void {
  const { frame, parts, refused } = entry;
  const isWhole = parts.length === 1;
  draft.frames.set(frame, { ...entry, refused: [...refused, { part: isWhole ? part : null, device }] });
  note(draft, frame, part, 'refused', parts[part]!);
  const tried = [...refused.map((one) => one.device), device];
  if (failsEverywhere(draft, frame, tried, 'a block of it')) return;
  const what = `device ${device} gave values that are not finite`;
  restartGang(draft, draft.frames.get(frame)!, { member: part, reason: 'not-finite', why: 'returned', what });
}

/** Fails the frame when no device is left that has not been refused. */
function failsEverywhere(draft: LedgerDraft, frame: string, tried: readonly string[], what: string): boolean {
  const available = availableDevices(draft);
  if (tried.length < LEAST_TRIES || available.length === 0) return false;
  if (available.some((device) => !tried.includes(device))) return false;
  const names = [...new Set(tried)].join(', ');
  const detail =
    `every device that computed ${what} gave values that are not finite (${names}): the weights are damaged or do not fit ` +
    'the model; compare the files that model in cluster.yaml names with where they came from';
  failFrame(draft, frame, 'DT_NOT_FINITE', detail);
  return true;
}

/**
 * A part is done, or a gang's frame is: the devices whose results of it were not finite are wrong. Of a gang of several nobody
 * is, since the values may have come from a neighbour.
 *
 * @returns true when there are any.
 */
export function convictRefused(draft: LedgerDraft, frame: string, part: number): boolean {
  const entry = draft.frames.get(frame)!;
  const state = entry.parts[part]!;
  // A device that was right at its second try is not known to be wrong.
  const right = isGang(entry) ? membersOf(entry) : 'device' in state ? [state.device] : [];
  const others = refusedOf(entry, comparable(entry, part)).filter((device) => !right.includes(device));
  return convict(draft, frame, part, others);
}

/** The part under which the refused results that a finite one proves wrong are noted. */
function comparable({ distribution }: LedgerFrame, part: number): number {
  return distribution.kind === 'gang' ? 0 : part;
}

function convict(draft: LedgerDraft, frame: string, part: number, devices: readonly string[]): boolean {
  const fresh = new Set(devices.filter((device) => !draft.quarantined.has(device)));
  const { kind } = draft.frames.get(frame)!.distribution;
  const what = kind === 'gang' ? 'the whole' : `tile ${part}`;
  for (const device of fresh) {
    const detail =
      `device ${device} computed something wrong and gets no more tiles: its output of ${what} of frame ${frame} was not ` +
      `finite (NaN or infinite), and another device's was. Check its memory, its disk and its model's files, then release ` +
      `it: deepthings quarantine release ${device}`;
    draft.quarantined.add(device);
    draft.effects.push({ kind: 'quarantine', device, frame, part, detail });
  }
  runAgainWithout(draft, fresh);
  return fresh.size > 0;
}

function refusedOf({ refused }: LedgerFrame, part: number | null): readonly string[] {
  return refused.filter((one) => one.part === part).map(({ device }) => device);
}
