import { type DeviceProfile, medianProfile } from './device-profiles.js';

/** Frames after which the time of a device counts. */
const LEAST = 3;
/** The latest frames: a device whose median of these differs by more than `CHANGED` has another time at once. */
const SHORT = 5;
const CHANGED = 1.3;
/** Frames that are kept: when there are so many, a smaller difference of their median, `DRIFTED`, is no chance. */
const LONG = 15;
const DRIFTED = 1.15;
/** After so many blocks of gangs since its last whole frame, a device is known by these alone. */
const BLOCKS = 3;

/** What a device takes for a frame that it computes alone. */
export interface LoneTime {
  readonly profile: DeviceProfile;
  /** For all of the frame. */
  readonly ms: number;
}

/** The latest whole frames of a device. */
interface Latest {
  readonly frames: readonly DeviceProfile[];
  readonly time: LoneTime | null;
  /** The next frame does not count: the engine may have yet to load and to warm up. */
  readonly isCold: boolean;
  /** Blocks of gangs since the last frame. */
  readonly blocks: number;
}

const NOTHING: Latest = { frames: [], time: null, isCold: true, blocks: 0 };

/** What devices take for frames that they compute alone. A time stays until the latest frames show clearly that it has changed. */
export class LoneFrames {
  readonly #latest = new Map<string, Latest>();
  readonly #wholeMs: (profile: DeviceProfile) => number;

  /** @param wholeMs the time of a device for a whole frame. */
  constructor(wholeMs: (profile: DeviceProfile) => number) {
    this.#wholeMs = wholeMs;
  }

  /** A device has computed a frame alone. */
  add(device: string, profile: DeviceProfile): void {
    const known = this.#latest.get(device) ?? NOTHING;
    const { isCold, time } = known;
    if (isCold) {
      this.#latest.set(device, { ...known, isCold: false });
      return;
    }
    const frames = [...known.frames, profile].slice(-LONG);
    const short = frames.slice(-SHORT);
    const isNew = time === null ? frames.length >= LEAST : this.#hasChanged(time, short, CHANGED);
    if (isNew) this.#latest.set(device, { frames: short, time: this.#timeOf(short), isCold, blocks: 0 });
    else {
      const hasDrifted = time !== null && frames.length === LONG && this.#hasChanged(time, frames, DRIFTED);
      this.#latest.set(device, { frames, time: hasDrifted ? this.#timeOf(frames) : time, isCold, blocks: 0 });
    }
  }

  /** A device has computed a block of a gang, which counts. */
  blockDone(device: string): void {
    const known = this.#latest.get(device);
    if (known === undefined) return;
    const blocks = known.blocks + 1;
    this.#latest.set(device, blocks < BLOCKS ? { ...known, blocks } : { ...NOTHING, isCold: known.isCold });
  }

  /** Takes over what an earlier life of the gateway knew of a device. */
  restore(device: string, profile: DeviceProfile): void {
    this.#latest.set(device, { ...NOTHING, frames: [profile], time: this.#timeOf([profile]) });
  }

  /** Devices of which something is known. */
  get devices(): Iterable<string> {
    return this.#latest.keys();
  }

  expire(device: string): void {
    this.#latest.delete(device);
  }

  /** @returns null for a device of which too few frames are known. */
  of(device: string): LoneTime | null {
    return this.#latest.get(device)?.time ?? null;
  }

  #timeOf(frames: readonly DeviceProfile[]): LoneTime {
    const profile = medianProfile(frames);
    return { profile, ms: this.#wholeMs(profile) };
  }

  #hasChanged({ ms }: LoneTime, frames: readonly DeviceProfile[], factor: number): boolean {
    const ratio = this.#wholeMs(medianProfile(frames)) / ms;
    return ratio > factor || ratio < 1 / factor;
  }
}
