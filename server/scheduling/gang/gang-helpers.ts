import { memoize } from '../../geometry/memoize.js';
import type { GangShares } from './gang-shares.js';
import type { KnownProfiles } from './known-profiles.js';

/** Other devices are to be faster together by this much: else nothing changes. */
const MARGIN = 0.1;
/** A device is slow that takes so many times as long for the same work as the middle one does, of two the faster. Others are not left out. */
const SLOW = 1.5;
/** Devices are judged again when one's time for the same work has changed by more. */
const SAME = 0.1;
/** A device that is left out is tried again after so many frames for each time by which it slows one down, */
const FRAMES_PER_LOSS = 60;
/** but not later than this. A try takes two frames, so it costs a twentieth of the time at most. */
const MOST_FRAMES = 1000;
/** Fewer devices need not be looked at where they would take so many times as long. */
const HOPELESS = 2;
/** Measurements of a device that is not left out are past after so many frames without it. */
const ABSENT_FRAMES = 40;
/** A device whose speed has grown to this many times what it was is tried at once. */
const FASTER = 1.3;

/** A device that gangs do without. Plain data. */
export interface LeftOut {
  readonly device: string;
  /** Times of a frame, predicted, with the device */
  readonly withMs: number;
  /** and without it. */
  readonly withoutMs: number;
  /** Frames after which it is tried again. */
  readonly frames: number;
}

interface Out extends LeftOut {
  /** Frames since it was left out. */
  readonly passed: number;
  /** Its speed then, as a share of the others'. */
  readonly speed: number;
}

/** The predicted time of a frame of devices, in ms; null when nothing is known of any. */
type BestMs = (devices: readonly string[]) => number | null;

export interface GangHelpersParts {
  readonly shares: GangShares;
  readonly profiles: KnownProfiles;
  /** Speeds of devices, by whatever they computed, comparable with each other. */
  readonly speedsOf: (devices: readonly string[]) => readonly number[];
}

/** Decides which devices slow gangs down more than they help: these are left out, and tried again now and then. */
export class GangHelpers {
  readonly #parts: GangHelpersParts;
  readonly #out = new Map<string, Out>();
  /** By device: frames of gangs since its last one, each counts as the share of the devices that computed it. */
  readonly #absent = new Map<string, number>();
  /** By device: its time for an equal share when all were judged last. */
  #judgedMs: ReadonlyMap<string, number> = new Map();

  constructor(parts: GangHelpersParts) {
    this.#parts = parts;
  }

  /** The devices that gangs do without now. */
  get leftOut(): readonly LeftOut[] {
    return [...this.#out.values()];
  }

  /** A gang of several devices has computed a frame, and what it took is known. */
  frameDone(gang: readonly string[]): void {
    this.#judge(gang);
    for (const out of [...this.#out.values()]) {
      const passed = out.passed + 1;
      if (passed < out.frames && this.#speedOf(out.device, gang) < FASTER * out.speed) {
        this.#out.set(out.device, { ...out, passed });
        continue;
      }
      this.#out.delete(out.device);
      this.#parts.profiles.expire(out.device);
    }
    this.noteAbsent(gang);
  }

  /**
   * A gang, which may be of one device, has computed a frame. Where gangs are chosen by predicted times (`auto`), one bad measurement must
   * not keep the other devices out for ever.
   */
  noteAbsent(gang: readonly string[]): void {
    for (const device of gang) this.#absent.set(device, 0);
    for (const [device, before] of this.#absent) {
      if (gang.includes(device)) continue;
      const frames = this.#out.has(device) ? 0 : before + gang.length / this.#absent.size;
      if (frames >= ABSENT_FRAMES) this.#parts.profiles.expire(device);
      this.#absent.set(device, frames >= ABSENT_FRAMES ? 0 : frames);
    }
  }

  #judge(gang: readonly string[]): void {
    const { shares } = this.#parts;
    const devices = [...new Set([...gang, ...this.#out.keys()])].sort();
    const equalMs = shares.equalMs(devices);
    if (equalMs === null || this.#areAsJudged(devices, equalMs)) return;
    this.#judgedMs = new Map(devices.map((device, i) => [device, equalMs[i]!]));
    const known = new Map<string, number | null>();
    // Nearly always all devices are those of now and those that help: one search.
    const bestMs = (some: readonly string[]) => memoize(known, some.join(' '), () => shares.best(some)?.ms ?? null);
    const helping = this.#fastest(devices, bestMs);
    const withoutMs = bestMs(helping)!;
    for (const device of devices) {
      if (helping.includes(device)) this.#out.delete(device);
      else this.#leaveOut(device, gang, { withMs: bestMs([...helping, device].sort())!, withoutMs });
    }
  }

  /** Returns the devices that are fastest together: without some of the slowest, where that is clearly faster than it is now. */
  #fastest(devices: readonly string[], bestMs: BestMs): readonly string[] {
    const { profiles } = this.#parts;
    const now = devices.filter((device) => !this.#out.has(device));
    // A gang may be of devices that are left out only, where the others are lost.
    const nowMs = bestMs(now);
    if (nowMs === null) return devices;
    let fastest = { devices: now, ms: nowMs / (1 + MARGIN) };
    let rest = [...devices];
    const slowestFirst = [...devices].sort((a, b) => this.#judgedMs.get(b)! - this.#judgedMs.get(a)!);
    const middle = slowestFirst[Math.floor(devices.length / 2)]!;
    const slowMs = SLOW * this.#judgedMs.get(middle)!;
    for (const device of slowestFirst) {
      const ms = bestMs(rest);
      if (ms === null) break;
      if (ms < fastest.ms) fastest = { devices: rest, ms };
      if (
        rest.length === 1 ||
        this.#judgedMs.get(device)! < slowMs ||
        !profiles.isFresh(device) ||
        ms > HOPELESS * nowMs
      )
        break;
      rest = rest.filter((other) => other !== device);
    }
    return fastest.devices;
  }

  #leaveOut(device: string, gang: readonly string[], times: Pick<LeftOut, 'withMs' | 'withoutMs'>): void {
    const { withMs, withoutMs } = times;
    const frames = Math.min(MOST_FRAMES, Math.ceil((FRAMES_PER_LOSS * withMs) / withoutMs));
    const { passed = 0, speed = this.#speedOf(device, gang) } = this.#out.get(device) ?? {};
    this.#out.set(device, { device, ...times, frames, passed, speed });
  }

  #areAsJudged(devices: readonly string[], equalMs: readonly number[]): boolean {
    if (devices.length !== this.#judgedMs.size) return false;
    return devices.every((device, i) => {
      const ms = this.#judgedMs.get(device) ?? Number.NaN;
      return Math.abs(equalMs[i]! - ms) <= SAME * ms;
    });
  }

  /** As a share of the mean speed of a gang. */
  #speedOf(device: string, gang: readonly string[]): number {
    const [own, ...others] = this.#parts.speedsOf([device, ...gang]);
    return (own! * others.length) / others.reduce((sum, speed) => sum + speed, 0);
  }
}
