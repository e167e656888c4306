import type { ErrorCode } from '../../error-codes.js';
import type { GangForecast } from '../gang/gang-forecast.js';
import type { GangOverheads } from '../gang/gang-overheads.js';
import { type GangTimes, gangLeaseMs } from '../gang/gang-times.js';
import { loadAt, type OpenLoad } from '../gang/open-load.js';
import { LayeredMap } from '../layered-map.js';
import type { Turns } from '../policy/waiting-order.js';
import type { LedgerEffect, PartNote } from './ledger-effects.js';
import type { FrameLedger, LedgerDevice, LedgerFrame, LedgerSettings, PartPlace } from './ledger-state.js';

/** One step of the ledger while it is being made: a copy to write to, and the effects so far. */
export interface LedgerDraft {
  readonly settings: LedgerSettings;
  readonly nowMs: number;
  readonly frames: Map<string, LedgerFrame>;
  readonly devices: LayeredMap<LedgerDevice>;
  readonly lost: Set<string>;
  readonly effects: LedgerEffect[];
  readonly suspendedUntilMs: Map<string, number>;
  readonly remainingRestUntilMs: Map<string, number>;
  readonly quarantined: Set<string>;
  turns: Turns;
  gangTimes: GangTimes;
  forecast: GangForecast | null;
  overheads: GangOverheads;
  load: OpenLoad;
  gatewayBusy: number;
  arriving: number;
  leftOut: ReadonlySet<string>;
  lastSource: string | null;
  deviceLessSinceMs: number | null;
}

export function draftOf(ledger: FrameLedger, nowMs: number): LedgerDraft {
  return {
    settings: ledger.settings,
    nowMs,
    frames: new Map(ledger.frames),
    devices: LayeredMap.copyOf(ledger.devices),
    lost: new Set(ledger.lost),
    effects: [],
    suspendedUntilMs: new Map(ledger.suspendedUntilMs),
    remainingRestUntilMs: new Map(ledger.remainingRestUntilMs),
    quarantined: new Set(ledger.quarantined),
    turns: ledger.turns,
    gangTimes: ledger.gangTimes,
    forecast: ledger.forecast,
    overheads: ledger.overheads,
    load: loadNow(ledger, nowMs),
    gatewayBusy: ledger.gatewayBusy,
    arriving: ledger.arriving,
    leftOut: ledger.leftOut,
    lastSource: ledger.lastSource,
    deviceLessSinceMs: ledger.deviceLessSinceMs,
  };
}

/** The load counts for about as long as a whole frame takes. */
function loadNow({ forecast, frames, load }: FrameLedger, nowMs: number): OpenLoad {
  if (forecast === null) return { frames: 0, atMs: nowMs };
  let open = 0;
  for (const { distribution, phase } of frames.values()) {
    if (distribution.kind === 'gang' && (phase.kind === 'waiting' || phase.kind === 'running')) open++;
  }
  return loadAt(load, open, nowMs, Math.max(1, forecast.sizesMs[0]!));
}

/** Why a part goes to another device: a try that gave no result, or a task that came back untried. */
export type Reason = 'failed' | 'returned';

/** @param failed tries of the part that gave no result; as many as before when absent. */
export function setPart(
  draft: LedgerDraft,
  frame: string,
  part: number,
  place: PartPlace,
  failed = draft.frames.get(frame)!.parts[part]!.failed,
): void {
  const entry = draft.frames.get(frame)!;
  const latest = Math.max(entry.latest, place.attempt);
  draft.frames.set(frame, { ...entry, latest, parts: entry.parts.with(part, { ...place, failed }) });
}

export function note(draft: LedgerDraft, frame: string, part: number, what: PartNote, state: PartPlace): void {
  const device = state.kind === 'unplaced' ? '' : state.device;
  draft.effects.push({ kind: 'note', frame, part, note: what, device, attempt: state.attempt });
}

/** A part that its last holder does not list any more, or that a device which is not live is said to have. */
export function missingPart(
  draft: LedgerDraft,
  device: string,
  attempt: number,
  lookMs = draft.settings.missingMs,
): PartPlace {
  return { kind: 'missing', attempt, device, deadlineMs: draft.nowMs + lookMs };
}

/** Ends a frame as failed and forgets it, with the pushes that this step was to begin for it. */
export function failFrame(draft: LedgerDraft, frame: string, code: ErrorCode, detail: string): void {
  if (!draft.frames.delete(frame)) return;
  const isPush = (effect: LedgerEffect) =>
    (effect.kind === 'push' || (effect.kind === 'note' && isOfPush(effect.note))) && effect.frame === frame;
  const others = draft.effects.filter((effect) => !isPush(effect));
  draft.effects.splice(0, draft.effects.length, ...others, { kind: 'fail', frame, code, detail });
}

function isOfPush(what: PartNote): boolean {
  return what === 'pushed' || what === 'audit';
}

/** The device that has a part; null for a part that nobody has or that is done. */
export function holderOf(part: PartPlace): string | null {
  return part.kind === 'unplaced' || part.kind === 'done' ? null : part.device;
}

type Availability = Pick<LedgerDraft, 'devices' | 'quarantined' | 'settings'>;

/** Whether there is a device that any work can be given to. */
export function isAnyAvailable(draft: Availability): boolean {
  for (const device of draft.devices.keys()) if (isAvailable(draft, device)) return true;
  return false;
}

/** Devices that any work can be given to. */
export function availableDevices(draft: Availability): readonly string[] {
  return [...draft.devices.keys()].filter((device) => isAvailable(draft, device));
}

function isAvailable(draft: Availability, device: string): boolean {
  return device !== draft.settings.helper && takesWork(draft, device);
}

function takesWork({ devices, quarantined }: Availability, device: string): boolean {
  return devices.get(device)?.draining === false && !quarantined.has(device);
}

/** The gateway's own device, where it is there and can have a block; null else. */
export function helperOf(draft: LedgerDraft): string | null {
  const { helper } = draft.settings;
  if (helper === undefined || !takesWork(draft, helper)) return null;
  return (draft.suspendedUntilMs.get(helper) ?? 0) <= draft.nowMs ? helper : null;
}

/** Whether what is said of this device's tasks counts. */
export function isTrusted({ devices, quarantined }: LedgerDraft, device: string): boolean {
  return devices.has(device) && !quarantined.has(device);
}

/** The available devices that the gateway reaches; all of them where it reaches none. */
export function reachable(draft: LedgerDraft): readonly string[] {
  const available = availableDevices(draft);
  const reached = available.filter((device) => (draft.suspendedUntilMs.get(device) ?? 0) <= draft.nowMs);
  return reached.length > 0 ? reached : available;
}

/**
 * Parts that each device to which more can go has or will get, those of frames that still wait for their source among
 * them; remaining layers count as one.
 */
export function loads(draft: LedgerDraft): Map<string, number> {
  const result = new Map(reachable(draft).map((device): [string, number] => [device, 0]));
  const add = (device: string, count: number) => {
    const load = result.get(device);
    if (load !== undefined) result.set(device, load + count);
  };
  for (const { audits, distribution, phase, source, parts } of draft.frames.values()) {
    const isForSource = distribution.kind !== 'gang' && (phase.kind === 'waiting' || phase.kind === 'delivering');
    if (isForSource) add(source, parts.length);
    else if (phase.kind === 'finishing') add(phase.at.kind === 'device' ? phase.at.device : '', 1);
    else for (const part of parts) add(holderOf(part) ?? '', 1);
    for (const audit of audits) if (audit.phase.kind === 'running') add(audit.phase.device, 1);
  }
  return result;
}

/**
 * How long a device may compute one tile: a multiple of what it usually takes, with a floor, doubled with each failed
 * try of the tile so that a cluster that has become slow does not fail its frames.
 */
export function leaseMs(draft: LedgerDraft, device: string, failed: number): number {
  const { leaseFactor, leaseFloorMs, leaseWaitingMs } = draft.settings;
  const usual = draft.devices.get(device)?.medianTileMs ?? leaseWaitingMs;
  return Math.max(leaseFloorMs, leaseFactor * usual) * 2 ** failed;
}

/**
 * How long the members of a gang may still take for a frame, waiting for each other included: what gangs of this plan and size take, doubled
 * with each failed gang. Half of the frame's time, which leaves the other half to a second gang, while a member has not begun, and
 * where nothing is known.
 */
export function blockLeaseMs({ gangTimes, settings }: LedgerDraft, { distribution, parts }: LedgerFrame): number {
  const { frameTimeoutMs, leaseFactor: factor, leaseFloorMs: floorMs } = settings;
  const begun = parts.every(({ kind }) => kind === 'running' || kind === 'done');
  const gang = begun && distribution.kind === 'gang' ? { plan: distribution.plan, members: parts.length } : null;
  const knownMs = gang && gangLeaseMs(gangTimes, gang, { factor, floorMs });
  return Math.min(frameTimeoutMs / 2, (knownMs ?? frameTimeoutMs) * 2 ** parts[0]!.failed);
}

/** Until when a device that has a task and has not started it is to be done with it. */
export function waitingDeadline(draft: LedgerDraft, device: string, failed: number): number {
  return draft.nowMs + draft.settings.leaseWaitingMs + leaseMs(draft, device, failed);
}
