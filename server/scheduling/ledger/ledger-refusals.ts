import { availableDevices, failFrame, type LedgerDraft, note, setPart } from './ledger-draft.js';
import type { EventOf } from './ledger-events.js';
import { beginLayers, isPresentLayer } from './ledger-layers.js';
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
  if (entry.distribution.kind === 'layered') {
    if (isPresentLayer(entry, event.layer) && state.attempt === event.attempt) refuseSlice(draft, entry, event);
  } else if (event.layer === undefined) refuseTile(draft, entry, state, event);
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

/** The layers before it are lost with the slice: the frame begins again without that device. */
function refuseSlice(draft: LedgerDraft, entry: LedgerFrame, { attempt, device, part }: RefusedEvent): void {
  const { frame } = entry;
  draft.frames.set(frame, { ...entry, refused: [...entry.refused, { part: null, device }] });
  const tried = refusedOf(draft.frames.get(frame)!, null);
  if (failsEverywhere(draft, frame, tried, `slice ${part}`)) return;
  beginLayers(draft, frame, { attempt: attempt + 1, failed: entry.parts[part]!.failed }, device);
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

/** A part is done: the devices whose results of it were not finite are wrong. @returns true when there are any. */
export function convictRefused(draft: LedgerDraft, frame: string, part: number): boolean {
  const entry = draft.frames.get(frame)!;
  const isLayered = entry.distribution.kind === 'layered';
  const state = entry.parts[part]!;
  // A device that was right at its second try is not known to be wrong.
  const others = refusedOf(entry, isLayered ? null : part).filter(
    (device) => !('device' in state) || device !== state.device,
  );
  return convict(draft, frame, part, others);
}

function convict(draft: LedgerDraft, frame: string, part: number, devices: readonly string[]): boolean {
  const fresh = new Set(devices.filter((device) => !draft.quarantined.has(device)));
  const what = draft.frames.get(frame)!.distribution.kind === 'layered' ? 'slice' : `tile ${part}`;
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
