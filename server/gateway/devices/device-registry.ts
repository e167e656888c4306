import type { Schemas } from '../../../client/client.js';
import type { DeviceConfig } from '../../config/cluster-config.js';
import { GATEWAY_ID } from '../../config/defaults.js';
import { rounded } from '../../node/contract/rounded.js';
import { isDeclaredAddress } from '../../node/peers/declared-address.js';
import { HttpProblem } from '../../node/problems/problem.js';
import { DeviceWarnings, type WarningKind } from './device-warnings.js';
import { type ClusterIdentity, registrationMismatch } from './registration-mismatch.js';

type Registration = Schemas['DeviceRegistration'];
type DeviceState = Schemas['DeviceState'];
type DeviceWork = Schemas['DeviceWork'];

/** Where a registration came from. */
export interface Origin {
  /** Network address. */
  readonly from?: string | null;
  /** Whether this very process was seen to answer at the device's address. */
  readonly isProven?: boolean;
}

/** What a registration that was taken means. */
export type Admission =
  /** An older word than the last one. */
  | { readonly kind: 'stale' }
  /** `restarted`: another process than before, which has nothing of what the last one had. */
  | { readonly kind: 'news'; readonly restarted: boolean };

interface Entry {
  readonly device: string;
  /** Whether frames may start on it. */
  readonly source: boolean;
  /** As in cluster.yaml. */
  readonly declared: string;
  address: string;
  state: DeviceState['state'];
  startedAt: number;
  number: number;
  last: Registration | null;
  lastSeenMs: number | null;
  /** The same by the registry's clock; 0 before. */
  heardMs: number;
  /** Network address that its last registration came from. */
  from: string | null;
  problem: string | null;
  /** Why it is in quarantine; null when it is not. */
  quarantine: string | null;
  /** Why gangs do without it; null when they do not. */
  leftOut: string | null;
  readonly work: DeviceWork;
  readonly warnings: DeviceWarnings;
}

/** A refused process that has not asked again for so long has ended: it asks every five seconds. */
const REFUSED_LASTS_MS = 15_000;

/** States in which a device's process runs and has been heard of lately. */
const UP: readonly DeviceState['state'][] = ['live', 'draining', 'drained'];

const WORK_SUMS = ['macs', 'computeMs', 'inputBytes', 'overlapBytes', 'resultBytes'] as const;

/** The declared devices and what each said last. */
export class DeviceRegistry {
  readonly #entries: Map<string, Entry>;
  readonly #identity: ClusterIdentity;
  readonly #nowMs: () => number;
  readonly #listeners: (() => void)[] = [];

  /** @param nowMs a clock that does not jump. */
  constructor(devices: readonly DeviceConfig[], identity: ClusterIdentity, nowMs: () => number) {
    this.#identity = identity;
    this.#nowMs = nowMs;
    this.#entries = new Map(
      devices.map(({ id, address, source }) => [
        id,
        {
          device: id,
          source,
          declared: address,
          address,
          state: 'expected',
          startedAt: 0,
          number: 0,
          last: null,
          lastSeenMs: null,
          heardMs: 0,
          from: null,
          problem: `not seen yet: start it with "deepthings edge ${id}"`,
          quarantine: null,
          leftOut: null,
          warnings: new DeviceWarnings(),
          work: { tiles: 0, macs: 0, computeMs: 0, inputBytes: 0, overlapBytes: 0, resultBytes: 0 },
        },
      ]),
    );
  }

  /**
   * Takes a device's word.
   *
   * @throws HttpProblem 409 when it cannot work with this gateway; the device is shown as refused from then on,
   *   unless another process of that name is live.
   */
  admit(registration: Registration, nowMs: number, { from = null, isProven = false }: Origin = {}): Admission {
    const entry = this.#entries.get(registration.device);
    if (entry === undefined) {
      const known = [...this.#entries.keys()].join(', ');
      const detail = `the gateway's cluster.yaml declares no device ${registration.device}, only ${known}: declare it there, or start it by one of these ids`;
      throw new HttpProblem({ code: 'DT_DEVICE_UNKNOWN', status: 409 }, detail);
    }
    const { startedAt, number } = registration;
    const sameProcess = startedAt === entry.startedAt;
    const mismatch = registrationMismatch(registration, entry.declared, this.#identity);
    if (mismatch !== null) {
      // A stranger under the name of a device that works does not push it out.
      if (sameProcess ? number > entry.number : !UP.includes(entry.state)) {
        Object.assign(entry, { startedAt, number, lastSeenMs: nowMs, heardMs: this.#nowMs(), from });
        const isThere = isDeclaredAddress(entry.declared, registration.address);
        if (isThere) entry.address = registration.address;
        Object.assign(entry, { state: 'refused', problem: mismatch.message, last: null });
      }
      throw mismatch;
    }
    // A clock may have been set back since a process that is gone: only one that is up is newer than its predecessors.
    // One that is lost is taken at its word: a number that was damaged on its way must not shut it out for ever.
    const older = sameProcess
      ? number <= entry.number && entry.state !== 'lost'
      : UP.includes(entry.state) && startedAt < entry.startedAt && !isProven;
    if (older) return { kind: 'stale' };
    const restarted = entry.last !== null && !sameProcess;
    Object.assign(entry, { startedAt, number, lastSeenMs: nowMs, heardMs: this.#nowMs(), from });
    const { address, drain, leaving } = registration;
    Object.assign(entry, {
      address,
      last: registration,
      state: leaving ? 'left' : (drain ?? 'live'),
      problem: leaving ? `was stopped: start it with "deepthings edge ${entry.device}"` : null,
    });
    this.#changed();
    return { kind: 'news', restarted };
  }

  /** Where another process of this device works from, that has been heard of lately; null when there is none. */
  rivalOf({ device, startedAt }: Registration): string | null {
    const entry = this.#entries.get(device);
    if (entry === undefined || !UP.includes(entry.state) || entry.startedAt === startedAt) return null;
    return entry.from ?? entry.address;
  }

  /** The device that a refused caller seems to be: what it says, else the only declared one at its address that is not up. */
  deviceOfCaller(claimed: string | null, address: string): string | null {
    if (claimed !== null) return this.#entries.has(claimed) ? claimed : null;
    const host = address.replace(/^::ffff:/, '');
    const here = [...this.#entries.values()].filter((one) => hostOf(one.declared) === host && !this.isUp(one.device));
    return here.length === 1 ? here[0]!.device : null;
  }

  /** A refused device's process has ended. */
  refusedEnded(device: string): void {
    const entry = this.#entries.get(device);
    if (entry?.state !== 'refused') return;
    entry.state = 'expected';
    entry.problem = `not running: the last process of it was refused (${entry.problem}); then start it with "deepthings edge ${device}"`;
  }

  /** Whether a process of it asks to be taken, and is refused. */
  isRefused(device: string): boolean {
    return this.#entries.get(device)?.state === 'refused';
  }

  /** Told when a device may have become able to take frames. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  lost(device: string): void {
    const entry = this.#entries.get(device);
    if (entry === undefined || !UP.includes(entry.state)) return;
    entry.state = 'lost';
    entry.problem = `not responding: ${entry.address}; check that "deepthings edge ${device}" runs there and that the network reaches it`;
  }

  /** @param problem what it did, and what is to be done. */
  quarantine(device: string, problem: string): void {
    this.#entries.get(device)!.quarantine = problem;
  }

  release(device: string): void {
    this.#entries.get(device)!.quarantine = null;
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** @param why gangs do without the device; null when they do not. */
  leaveOut(device: string, why: string | null): void {
    this.#entries.get(device)!.leftOut = why;
  }

  isQuarantined(device: string): boolean {
    return (this.#entries.get(device)?.quarantine ?? null) !== null;
  }

  /** Shows on a device that works what is wrong with it, for a minute; null: it is over. */
  warn(device: string, kind: WarningKind, text: string | null): void {
    this.#entries.get(device)?.warnings.set(kind, text, this.#nowMs());
  }

  /** A device that is not there may have been refused before it could say who it is. */
  #problemOf({ problem, state, warnings }: Entry): string | null {
    const isUp = UP.includes(state);
    const text = warnings.text(isUp, this.#nowMs());
    if (isUp) return problem ?? text;
    return state === 'refused' ? problem : (text ?? problem);
  }

  /** Counts what a result of this device that was accepted came to. */
  worked(device: string, cost: Omit<DeviceWork, 'tiles'>): void {
    const { work } = this.#entries.get(device)!;
    work.tiles++;
    for (const key of WORK_SUMS) work[key] += cost[key];
  }

  has(device: string): boolean {
    return this.#entries.has(device);
  }

  isLive(device: string): boolean {
    return this.#entries.get(device)?.state === 'live' && !this.isQuarantined(device);
  }

  /** Whether it answers, working or not. */
  isUp(device: string): boolean {
    return this.#entries.has(device) && UP.includes(this.#entries.get(device)!.state);
  }

  /** Whether it has frames to be told of. */
  mayHaveFrames(device: string): boolean {
    return !this.isQuarantined(device) && ['live', 'draining'].includes(this.#entries.get(device)?.state ?? '');
  }

  /** Whether frames may start on it, when it is live. */
  maySource(device: string): boolean {
    return this.#entries.get(device)?.source === true;
  }

  /** True while a device can take work. The gateway's own device takes none by itself. */
  get anyLive(): boolean {
    return [...this.#entries.keys()].some((device) => device !== GATEWAY_ID && this.isLive(device));
  }

  get anySourceLive(): boolean {
    return this.liveSources.length > 0;
  }

  /** Devices on which a frame may start now. */
  get liveSources(): readonly string[] {
    return [...this.#entries.keys()].filter((device) => this.maySource(device) && this.isLive(device));
  }

  /** Where a device is reached: what it announced, before that what is declared. */
  addressOf(device: string): string {
    return this.#entries.get(device)!.address;
  }

  /** The device that is reached there; null when none is. */
  deviceAt(address: string): string | null {
    return [...this.#entries.values()].find((entry) => entry.address === address)?.device ?? null;
  }

  document(device: string): DeviceState {
    const entry = this.#entries.get(device)!;
    if (entry.state === 'refused' && this.#nowMs() - entry.heardMs > REFUSED_LASTS_MS) this.refusedEnded(device);
    const { address, state, last, lastSeenMs, leftOut, quarantine, work } = entry;
    return {
      device,
      address,
      state: quarantine === null ? state : 'quarantined',
      pending: last?.pending ?? 0,
      running: last?.tasks.filter((task) => task.state === 'running').length ?? 0,
      engine: last?.engine ?? null,
      counters: rounded(last?.counters ?? null),
      work: rounded(work),
      lastSeenAt: lastSeenMs === null ? null : new Date(lastSeenMs).toISOString(),
      problem: quarantine ?? this.#problemOf(entry),
      ...(leftOut !== null && { leftOut }),
    };
  }

  documents(): DeviceState[] {
    return [...this.#entries.keys()].map((device) => this.document(device));
  }
}

function hostOf(address: string): string {
  return new URL(address).hostname.replace(/^\[|\]$/g, '');
}
