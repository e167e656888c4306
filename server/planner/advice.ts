import type { Candidate } from './candidate.js';
import { type Conditions, predict, predictLoad, type SettingsOf } from './prediction.js';

/** What a cluster of so many devices is predicted to do. */
export interface ClusterSize {
  readonly devices: number;
  /** One frame at a time. */
  readonly latencyMs: number;
  /** With all cameras, and the median number of devices that then compute a frame together; null when time was up. */
  readonly load: { readonly framesPerSecond: number; readonly devicesPerFrame: number } | null;
}

/** Parts of a cluster that may bound it. */
export type Part = 'links' | 'devices' | 'gateway';

/** What twice the speed of a part gives. */
export interface Gain {
  readonly part: Part;
  /** Frames are so many times as fast, or so many times as many. */
  readonly factor: number;
}

/** How one plan does with fewer devices, and what bounds it. */
export interface Advice {
  /** By number of devices, ascending; the last one is the whole cluster. */
  readonly sizes: readonly ClusterSize[];
  readonly cameras: number;
  /** Of one frame at a time, the largest first; empty when time was up. */
  readonly gains: readonly Gain[];
  /** Of frames a second with all cameras, the largest first; empty when time was up. */
  readonly loadGains: readonly Gain[];
  /** Whether time was up before all was simulated. */
  readonly cutShort: boolean;
}

export interface AdviceOptions {
  readonly candidate: Candidate;
  readonly devices: number;
  /** Names the devices that a smaller cluster has. */
  readonly devicesOf: (count: number) => readonly string[];
  /** Devices with cameras, at least one. */
  readonly sources: readonly string[];
  readonly settingsOf: SettingsOf;
  /** Whether time is up: what was found until then is the answer. */
  readonly isOver: () => boolean;
  readonly onProgress?: (done: number, of: number) => void;
}

const TWICE: Readonly<Record<Part, Conditions>> = {
  links: { linkSpeed: 2 },
  devices: { deviceSpeed: 2 },
  gateway: { gatewaySpeed: 2 },
};
const PARTS = Object.keys(TWICE) as readonly Part[];

/** Simulates one plan with fewer devices, and with faster parts. The whole cluster and one device come first. */
export function* adviseOn(options: AdviceOptions): Generator<void, Advice | null> {
  const { candidate, devices, isOver, onProgress, settingsOf, sources } = options;
  const counts = sizesUpTo(devices);
  const total = 2 * counts.length + 2 * PARTS.length;
  let done = 0;
  const begin = () => {
    onProgress?.(done, total);
    done++;
  };
  const camerasOf = (count: number) => {
    const there = options.devicesOf(count);
    const withCamera = there.filter((id) => sources.includes(id));
    const among = withCamera.length > 0 ? withCamera : there;
    return sources.map((_, i) => among[i % among.length]!);
  };
  const latencyOf = (count: number, conditions: Conditions = {}) => {
    begin();
    return predict(settingsOf, candidate, camerasOf(count)[0]!, { ...conditions, devices: count })?.latencyMs ?? null;
  };
  const loadOf = (count: number, conditions: Conditions = {}) => {
    begin();
    return predictLoad(settingsOf, candidate, camerasOf(count), { ...conditions, devices: count });
  };
  const latencies = new Map<number, number>();
  const loads = new Map<number, ClusterSize['load']>();
  const first = [...new Set([devices, 1])];
  for (const count of first) {
    const latencyMs = latencyOf(count);
    if (latencyMs === null) return null;
    latencies.set(count, latencyMs);
    yield;
  }
  for (const count of first) {
    if (isOver()) break;
    loads.set(count, loadOf(count));
    yield;
  }
  const [gains, loadGains]: [Gain[], Gain[]] = [[], []];
  for (const part of PARTS) {
    if (isOver()) break;
    const latencyMs = latencyOf(devices, TWICE[part]);
    if (latencyMs !== null) gains.push({ part, factor: latencies.get(devices)! / latencyMs });
    yield;
    const [before, after] = [loads.get(devices), loadOf(devices, TWICE[part])];
    if (before && after) loadGains.push({ part, factor: after.framesPerSecond / before.framesPerSecond });
    yield;
  }
  for (const count of counts.filter((one) => !latencies.has(one))) {
    if (isOver()) break;
    const latencyMs = latencyOf(count);
    if (latencyMs === null) continue;
    latencies.set(count, latencyMs);
    yield;
    loads.set(count, loadOf(count));
    yield;
  }
  const largestFirst = (some: readonly Gain[]) =>
    some.length < PARTS.length ? [] : some.toSorted((a, b) => b.factor - a.factor);
  return {
    sizes: counts.flatMap((count) => {
      const latencyMs = latencies.get(count);
      return latencyMs === undefined ? [] : [{ devices: count, latencyMs, load: loads.get(count) ?? null }];
    }),
    cameras: sources.length,
    gains: largestFirst(gains),
    loadGains: largestFirst(loadGains),
    cutShort: done < total,
  };
}

/** @returns 1, 2, 3, 4, 6, 8, 12, 16 and so on, and the number itself. */
export function sizesUpTo(devices: number): readonly number[] {
  const sizes = new Set([Math.ceil(devices / 2), devices]);
  for (let power = 1; power <= devices; power *= 2) {
    sizes.add(power);
    if (power > 1 && 1.5 * power <= devices) sizes.add(1.5 * power);
  }
  return [...sizes].sort((a, b) => a - b);
}
