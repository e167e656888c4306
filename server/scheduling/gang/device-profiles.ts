import type { BlockWork } from '../../geometry/gang/band-work.js';
import { MACS, MACS_PER_MS } from '../../geometry/machine-costs.js';
import { medianOf } from '../median.js';
import type { BlockTimes, StageTime } from './block-times.js';

/** Frames that are kept of each device while its times stay about the same. */
const LONG = 25;
/** The latest of them: when their median differs, the device has changed, and earlier ones are dropped. Three are enough for that. */
const SHORT = 5;
/** Medians that differ by no more are about the same. */
const SAME = 0.15;

/** Multiply-accumulates in the time of one engine call: what a stage takes beside its layers. */
const MACS_PER_CALL = 4_000_000;

/** Times of one device for work of a gang. Plain data. */
export interface DeviceProfile {
  /** Decoding and letterboxing of a picture, all of it. */
  readonly prepareMs: number;
  /** Reading or writing one body of strips, and what else comes with it. */
  readonly bodyMs: number;
  /** By gang stage: for a million multiply-accumulates. */
  readonly stageMs: readonly number[];
}

/** Returns the time that a device is busy with a block: with its layers, and outside them. */
export function blockMs({ bodyMs, prepareMs, stageMs }: DeviceProfile, { bodies, decoded, macs }: BlockWork): number {
  const layers = macs.reduce((sum, of, stage) => sum + ((of + MACS_PER_CALL) / 1e6) * stageMs[stage]!, 0);
  return layers + prepareMs * decoded + bodyMs * (1 + bodies);
}

/** Decoding and letterboxing of a camera's picture on a small machine: about what `bench calibrate` has there. */
const PREPARE_MS = 25;

/** Returns what a small machine takes, of which nothing is measured. */
export function usualProfile(stages: number): DeviceProfile {
  return {
    prepareMs: PREPARE_MS,
    // A body comes and one goes.
    bodyMs: MACS.perMessage / MACS_PER_MS / 2,
    stageMs: Array.from({ length: stages }, () => 1e6 / MACS_PER_MS),
  };
}

/** The times of a block that count. */
export interface MeasuredBlock extends Pick<BlockTimes, 'prepareMs' | 'totalMs'> {
  readonly stages: readonly Pick<StageTime, 'stripsMs' | 'computeMs'>[];
}

/** Returns what a block tells of its device. */
export function profileOf({ bodies, decoded, macs }: BlockWork, times: MeasuredBlock): DeviceProfile {
  const { prepareMs, stages, totalMs } = times;
  const layers = stages.reduce((sum, { computeMs, stripsMs }) => sum + computeMs + stripsMs, 0);
  return {
    prepareMs: decoded > 0 ? prepareMs / decoded : prepareMs,
    bodyMs: Math.max(0, totalMs - prepareMs - layers) / (1 + bodies),
    stageMs: stages.map(({ computeMs }, stage) => (1e6 * computeMs) / (macs[stage]! + MACS_PER_CALL)),
  };
}

/** The latest blocks of a device. */
interface Latest {
  readonly profiles: readonly DeviceProfile[];
  /** Of these: each frame asks for it several times. Null where there are none. */
  readonly median: DeviceProfile | null;
  /** The next block does not count: the first one of a device takes longer, as its engine has yet to load and to warm up. */
  readonly isCold: boolean;
  /** The next block that counts takes the place of all others. */
  readonly isPast: boolean;
}

const NOTHING: Latest = { profiles: [], median: null, isCold: true, isPast: true };

/** Times of devices: medians of the latest blocks of each, more of them while they stay about the same. */
export class DeviceProfiles {
  readonly #latest = new Map<string, Latest>();

  add(device: string, profile: DeviceProfile): void {
    const known = this.#latest.get(device) ?? NOTHING;
    const { isCold, isPast, profiles } = known;
    if (isCold) this.#latest.set(device, { ...known, isCold: false });
    else {
      const latest = [...(isPast ? [] : profiles), profile].slice(-LONG);
      this.#latest.set(device, { ...present(latest), isCold: false, isPast: false });
    }
  }

  /** The blocks of a device count only until it has had others: it has been out of gangs for a while. */
  expire(device: string): void {
    this.#latest.set(device, { ...(this.#latest.get(device) ?? NOTHING), isCold: true, isPast: true });
  }

  /** Returns whether what is known of a device is of its latest blocks. */
  isFresh(device: string): boolean {
    return !(this.#latest.get(device) ?? NOTHING).isPast;
  }

  /** @returns null for a device of which nothing is known. */
  of(device: string): DeviceProfile | null {
    return (this.#latest.get(device) ?? NOTHING).median;
  }
}

/** Returns the profiles that a device's present times are told by. */
function present(profiles: readonly DeviceProfile[]): Pick<Latest, 'profiles' | 'median'> {
  const all = { profiles, median: medianProfile(profiles) };
  if (profiles.length <= SHORT) return all;
  const short = profiles.slice(-SHORT);
  const latest = { profiles: short, median: medianProfile(short) };
  const [now, before] = [latest, all].map(({ median }) => median.stageMs.reduce((sum, ms) => sum + ms, 0));
  return Math.abs(now! - before!) > SAME * before! ? latest : all;
}

/**
 * Returns the median of each time.
 *
 * @param profiles at least one.
 */
export function medianProfile(profiles: readonly DeviceProfile[]): DeviceProfile {
  const median = (of: (profile: DeviceProfile) => number) => medianOf(profiles.map(of))!;
  return {
    prepareMs: median(({ prepareMs }) => prepareMs),
    bodyMs: median(({ bodyMs }) => bodyMs),
    stageMs: profiles[0]!.stageMs.map((_, stage) => median(({ stageMs }) => stageMs[stage]!)),
  };
}
