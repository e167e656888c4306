import { type LedgerDraft, loads } from './ledger-draft.js';
import type { EventOf } from './ledger-events.js';
import { isGang } from './ledger-gangs.js';
import type { FramePhase, LedgerFrame, RemainingPlace } from './ledger-state.js';

/*
 * The remaining layers: a task of their own where the settings say so. A frame whose parts are all there waits until the gateway
 * or a device has nothing else to do. The gateway comes first, since nothing has to be sent to it, and takes over whatever a device
 * does not compute.
 */

/** A device that did not compute remaining layers is not asked again for so long. */
const REST_MS = 60_000;

type Chosen = Exclude<RemainingPlace, { kind: 'waiting' }>;

type Finishing = LedgerFrame & { readonly phase: Extract<FramePhase, { kind: 'finishing' }> };

/** Begins the end of a frame of which every part is there. */
export function beginRemaining(draft: LedgerDraft, entry: LedgerFrame): void {
  const mayWait = draft.settings.remaining === 'any' && !isGang(entry);
  if (mayWait) draft.frames.set(entry.frame, { ...entry, phase: { kind: 'finishing', at: { kind: 'waiting' } } });
  else placeAt(draft, entry, { kind: 'gateway' });
}

/** Gives frames that wait for their remaining layers to the gateway and to idle devices, in the order in which they were accepted. */
export function placeRemaining(draft: LedgerDraft): void {
  if (draft.settings.remaining !== 'any') return;
  // Worked out once, and only when a frame waits: this is done with every event.
  let places: Chosen[] | null = null;
  for (const entry of [...draft.frames.values()]) {
    if (!isFinishing(entry) || entry.phase.at.kind !== 'waiting') continue;
    places ??= idlePlaces(draft);
    const place = places.shift();
    if (place === undefined) return;
    placeAt(draft, entry, place);
  }
}

/** The gateway computes remaining layers that a device did not compute, or did and is checked. */
export function remainingReturned(draft: LedgerDraft, event: EventOf<'remaining-returned'>): void {
  const { device, failed, frame, generation } = event;
  if (failed) draft.remainingRestUntilMs.set(device, draft.nowMs + REST_MS);
  const entry = draft.frames.get(frame);
  if (entry !== undefined && entry.generation === generation && isWith(entry, (other) => other === device)) {
    placeAt(draft, entry, { kind: 'gateway' });
  }
}

/** Devices are gone: the gateway computes the remaining layers that they had. */
export function takeBackRemaining(draft: LedgerDraft, gone: ReadonlySet<string>): void {
  for (const entry of [...draft.frames.values()]) {
    if (isWith(entry, (device) => gone.has(device))) placeAt(draft, entry, { kind: 'gateway' });
  }
}

function placeAt(draft: LedgerDraft, entry: LedgerFrame, at: Chosen): void {
  const { frame } = entry;
  draft.frames.set(frame, { ...entry, phase: { kind: 'finishing', at } });
  draft.effects.push({ kind: 'finish', frame, ...(at.kind === 'device' && { device: at.device }) });
}

/** The gateway, if it computes nothing, and the devices that have nothing to do. */
function idlePlaces(draft: LedgerDraft): Chosen[] {
  const isGatewayBusy = [...draft.frames.values()].some(
    (entry) => entry.phase.kind === 'local' || (isFinishing(entry) && entry.phase.at.kind === 'gateway'),
  );
  const idle = [...loads(draft)]
    .filter(([device, load]) => load === 0 && (draft.remainingRestUntilMs.get(device) ?? 0) <= draft.nowMs)
    .map(([device]) => ({ kind: 'device' as const, device }));
  return [...(isGatewayBusy ? [] : [{ kind: 'gateway' as const }]), ...idle];
}

function isFinishing(entry: LedgerFrame): entry is Finishing {
  return entry.phase.kind === 'finishing';
}

function isWith(entry: LedgerFrame, isIt: (device: string) => boolean): boolean {
  return isFinishing(entry) && entry.phase.at.kind === 'device' && isIt(entry.phase.at.device);
}
