import { chooseGangs, type RunningGang, withDevice } from '../gang/choose-gangs.js';
import { boundedByGateway, type GangForecast, gangMs } from '../gang/gang-forecast.js';
import { corrected } from '../gang/gang-overheads.js';
import { gangWithin, isInTime } from '../gang/gang-within.js';
import { helperOf, type LedgerDraft, loads, note, reachable } from './ledger-draft.js';
import type { GangChoice, LatencyBound, SpareDevice } from './ledger-effects.js';
import { isInGang, membersOf, type Tries } from './ledger-gangs.js';
import type { LedgerFrame, PartState } from './ledger-state.js';

/** Forms gangs for the frames that wait for one, of the devices that are free. */
export class GangForming {
  readonly #draft: LedgerDraft;
  /** Devices that the gateway reaches and that are in no gang. */
  readonly #free: Set<string>;
  /** For frames of which the cluster decides how many devices compute them: the gangs that begin now; null until they are chosen. */
  #chosen: ChosenGangs | null = null;

  constructor(draft: LedgerDraft) {
    this.#draft = draft;
    this.#free = freeDevices(draft);
  }

  /** Forms a frame's gang, where devices are free for it. When all that are free are to be avoided, others are waited for. */
  form(entry: LedgerFrame): void {
    if (this.#free.size === 0) return;
    const { forecast } = this.#draft;
    if (forecast === null || !isAutomatic(entry)) {
      begin(this.#draft, entry, this.#take(entry), null);
      // Gangs that are chosen already may have a device that this one has now.
      this.#chosen = null;
      return;
    }
    this.#chosen ??= choose(this.#draft, corrected(forecast, this.#draft.overheads), this.#free);
    const { arriving, gangs, idle, waiting } = this.#chosen;
    // A device that has the picture at hand computes it, or helps to.
    const own = gangs.findIndex((gang) => gang.includes(entry.source));
    const [usual] = gangs.splice(Math.max(0, own), 1);
    const bound = boundOf(entry, this.#draft.nowMs);
    const chosen = this.#bounded(entry, usual, bound);
    if (chosen === null || entry.distribution.kind !== 'gang') {
      // It waits for more devices. Frames behind it do not overtake it.
      this.#free.clear();
      return;
    }
    const gang = this.#withHelper(chosen.slice(0, entry.distribution.most), entry.distribution.most);
    for (const device of gang) this.#free.delete(device);
    const predictedMs = gangMs(this.#chosen.forecast, gang);
    // Which devices frames behind it get is not known yet where it has others than the usual ones.
    const spare = chosen === usual || waiting === 1 ? this.#spare(gang) : [];
    begin(this.#draft, entry, gang.toSorted(), {
      ...{ waiting, idle, predictedMs },
      ...(arriving > 0 && { arriving }),
      ...(this.#chosen.gatewayMost !== null && { gatewayMost: this.#chosen.gatewayMost }),
      ...(bound !== null && { bound }),
      ...(spare.length > 0 && { spare }),
    });
    // The gangs for the frames behind it may have devices that it has now.
    if (chosen !== usual) this.#chosen = null;
  }

  /** Returns the devices that stay idle: no gang that begins now has them. */
  #spare(gang: readonly string[]): readonly SpareDevice[] {
    const { forecast, gangs, gatewayMost } = this.#chosen!;
    // Nothing is predicted of larger gangs than the gateway has time for.
    if (gatewayMost !== null) return [];
    const taken = new Set([...gangs.flat(), this.#draft.settings.helper]);
    const spare = [...this.#free].filter((device) => !taken.has(device)).sort();
    return spare.map((device) => ({ device, ...withDevice(forecast, gang, device) }));
  }

  /** Returns another gang than the usual one where that would not answer in time; null when the frame waits for more devices. */
  #bounded(
    { distribution }: LedgerFrame,
    usual: readonly string[] | undefined,
    bound: LatencyBound | null,
  ): readonly string[] | null {
    // A frame whose time is over has nothing to win by more devices than others have.
    if (bound === null || bound.leftMs <= 0 || distribution.kind !== 'gang') return usual ?? null;
    const { forecast } = this.#chosen!;
    const { most } = distribution;
    if (usual !== undefined && isInTime(forecast, usual.slice(0, most), bound.leftMs)) return usual;
    const free = [...this.#free].filter((device) => device !== this.#draft.settings.helper);
    if (free.length === 0) return null;
    const running = runningGangs(this.#draft, forecast);
    return gangWithin({ free, running, forecast, most, leftMs: bound.leftMs });
  }

  /** The gateway's own device helps where all others compute one frame, and it is done earlier then. */
  #withHelper(gang: readonly string[], most: number): readonly string[] {
    const { helper } = this.#draft.settings;
    const { forecast, idle, waiting } = this.#chosen!;
    if (helper === undefined || !this.#free.has(helper)) return gang;
    const isOfAll = waiting === 1 && gang.length === idle && gang.length < most;
    const all = [...gang, helper];
    return isOfAll && gangMs(forecast, all) < gangMs(forecast, gang) ? all : gang;
  }

  /** Takes the devices with the least to do, as many as the frame asks for. */
  #take(entry: LedgerFrame): readonly string[] {
    const { distribution } = entry;
    if (distribution.kind !== 'gang') return [];
    const draft = this.#draft;
    const candidates = helping(draft, entry).filter((device) => this.#free.has(device));
    const isOfHelper = candidates.length === 1 && candidates[0] === draft.settings.helper;
    if (isOfHelper && distribution.suspects === undefined) return [];
    const loadOf = loads(draft);
    const { members, most } = distribution;
    // The gateway's own, which has no load of its own, comes last.
    const loadOfDevice = (device: string) => loadOf.get(device) ?? Number.MAX_VALUE;
    const byLoad = candidates.toSorted().sort((a, b) => loadOfDevice(a) - loadOfDevice(b));
    const devices = byLoad.slice(0, typeof members === 'number' ? Math.min(members, most) : most).sort();
    for (const device of devices) this.#free.delete(device);
    return devices;
  }
}

interface ChosenGangs extends Pick<GangChoice, 'waiting' | 'idle'> {
  readonly arriving: number;
  /** The fastest first. */
  readonly gangs: (readonly string[])[];
  readonly forecast: GangForecast;
  /** Devices of a gang at the most, as the gateway is busy; null where it bounds none. */
  readonly gatewayMost: number | null;
}

/** Returns whether the cluster decides how many devices compute a frame. One that a gang failed at is computed by all that are fit for it. */
function isAutomatic({ avoided, distribution, refused }: LedgerFrame): boolean {
  if (distribution.kind !== 'gang' || distribution.suspects !== undefined) return false;
  return distribution.members === 'auto' && avoided === null && refused.length === 0;
}

function choose(draft: LedgerDraft, unbounded: GangForecast, free: ReadonlySet<string>): ChosenGangs {
  const { arriving, frames, gatewayBusy, load, nowMs, settings } = draft;
  const forecast = boundedByGateway(unbounded, gatewayBusy);
  const gatewayMost = forecast === unbounded ? null : forecast.sizesMs.length;
  const all = [...frames.values()];
  const waiting = all.filter((entry) => isAutomatic(entry) && isDue(entry, nowMs)).length;
  const running = runningGangs(draft, forecast);
  const devices = [...free].filter((device) => device !== settings.helper);
  const needs = { waiting, arriving, load: load.frames, running, free: devices, forecast };
  const gangs = devices.length === 0 ? [] : chooseGangs(needs);
  return { gangs: [...gangs], idle: devices.length, waiting, arriving, forecast, gatewayMost };
}

function runningGangs(draft: LedgerDraft, forecast: GangForecast): readonly RunningGang[] {
  const reached = new Set(reachable(draft));
  return [...draft.frames.values()].filter(isInGang).flatMap((entry) => {
    const members = membersOf(entry);
    const devices = members.filter((device) => reached.has(device));
    // A gang that leaves no device, as all are drained or lost, is none to count on.
    if (devices.length === 0) return [];
    return [{ devices, endsInMs: (entry.formedMs ?? 0) + gangMs(forecast, members) - draft.nowMs }];
  });
}

/** Returns the time within which a frame is to be answered; null where it has no bound. */
function boundOf({ acceptedMs, distribution }: LedgerFrame, nowMs: number): LatencyBound | null {
  const withinMs = distribution.kind === 'gang' ? distribution.withinMs : undefined;
  return withinMs === undefined ? null : { withinMs, leftMs: acceptedMs + withinMs - nowMs };
}

/** Returns whether a frame waits for a gang, and may have one now. */
function isDue({ phase }: LedgerFrame, nowMs: number): boolean {
  return phase.kind === 'waiting' && phase.notBeforeMs <= nowMs;
}

function freeDevices(draft: LedgerDraft): Set<string> {
  const helper = helperOf(draft);
  const free = new Set([...reachable(draft), ...(helper === null ? [] : [helper])]);
  for (const entry of draft.frames.values()) {
    // The gateway computes a whole frame.
    if (entry.phase.kind === 'local' && helper !== null) free.delete(helper);
    if (isInGang(entry)) for (const device of membersOf(entry)) free.delete(device);
  }
  return free;
}

/** Devices without those that ended the frame's last gang or whose results of it were refused; all where there are no others. */
function suitable(draft: LedgerDraft, entry: LedgerFrame): readonly string[] {
  const live = reachable(draft);
  const others = live.filter((device) => isSuitable(entry, device));
  return others.length > 0 ? others : live;
}

function isSuitable({ avoided, refused }: LedgerFrame, device: string): boolean {
  return device !== avoided && !refused.some((one) => one.device === device);
}

/**
 * Returns the devices that a gang can have: a gang of all has the gateway's own beside others, and does without those that would slow it
 * down, where there are others; that is measured of stages only.
 */
function helping(draft: LedgerDraft, entry: LedgerFrame): readonly string[] {
  const devices = suitable(draft, entry);
  const { distribution } = entry;
  if (distribution.kind !== 'gang') return devices;
  const helper = helperOf(draft);
  const all = helper !== null && isSuitable(entry, helper) ? [...devices, helper] : devices;
  const suspect = distribution.suspects?.find((device) => all.includes(device));
  if (suspect !== undefined) return [suspect];
  if (typeof distribution.members === 'number' || distribution.plan !== 'stages') return devices;
  const others = all.filter((device) => !draft.leftOut.has(device));
  return others.some((device) => device !== helper) ? others : devices;
}

/** @param devices none: the frame waits on. */
function begin(draft: LedgerDraft, entry: LedgerFrame, devices: readonly string[], choice: GangChoice | null): void {
  if (devices.length === 0) return;
  const { frame, parts } = entry;
  const attempt = entry.latest + 1;
  const times = { startedMs: entry.startedMs ?? draft.nowMs, formedMs: draft.nowMs };
  draft.effects.push({ kind: 'gang', frame, attempt, devices, ...(choice !== null && { choice }) });
  const running = { ...entry, phase: { kind: 'running' as const }, isRestored: false, ...times };
  pushMembers(draft, running, devices, { attempt, failed: parts[0]!.failed });
  for (const [member, part] of draft.frames.get(frame)!.parts.entries()) note(draft, frame, member, 'pushed', part);
}

function pushMembers(
  draft: LedgerDraft,
  entry: LedgerFrame,
  devices: readonly string[],
  { attempt, failed }: Tries,
): void {
  const { frame } = entry;
  const parts = devices.map((device): PartState => ({ kind: 'pushing', attempt, failed, device }));
  draft.frames.set(frame, { ...entry, latest: Math.max(entry.latest, attempt), parts });
  for (const [part, device] of devices.entries()) {
    draft.effects.push({ kind: 'push', frame, part, attempt, device });
  }
}
