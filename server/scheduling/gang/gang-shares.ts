import type { BandWork } from '../../geometry/gang/band-work.js';
import { type Bands, bandsAt, bandsOf } from '../../geometry/gang/bands.js';
import { medianOf } from '../median.js';
import { blockMs, type DeviceProfile, type DeviceProfiles, medianProfile } from './device-profiles.js';
import { shareOut } from './share-out.js';

/** Bands that save less of a frame's time than this are not worth a thought: measured times are never twice the same. */
const LEAST_GAIN = 0.05;
/** New bands cost a plan and slower calls of the engine at first, this share of a frame's time: they come once as much has been lost. */
const MOVE_COST = 0.25;
/** Bands are sought again when a device's time for the same work has changed by more. */
const SAME = 0.05;
/** Sets of devices that are remembered. */
const MOST_GANGS = 32;

/** Bands of a gang. */
interface Shared {
  readonly bands: Bands;
  /** The best that are known, */
  readonly best: Bands;
  /** and each member's time for an equal share when they were sought; null before anything was measured. */
  readonly soughtMs: readonly number[] | null;
  /** The share of a frame's time that was lost since the bands came, because they are not the best. */
  readonly lost: number;
}

export interface GangSharesParts {
  readonly work: BandWork;
  readonly profiles: DeviceProfiles;
  /** Speeds of devices, comparable with each other, each above 0. */
  readonly speedsOf: (devices: readonly string[]) => readonly number[];
}

/**
 * The bands of gangs, by what their devices took for each stage and outside the layers. They stay as they are until others save more
 * than a change costs. Before anything was measured they follow the speeds.
 */
export class GangShares {
  readonly #parts: GangSharesParts;
  /** By the devices' names. */
  readonly #known = new Map<string, Shared>();

  constructor(parts: GangSharesParts) {
    this.#parts = parts;
  }

  /** Returns the bands for the next frame of these devices. */
  of(devices: readonly string[]): Bands {
    const key = devices.join(' ');
    const known = this.#known.get(key);
    const next = this.#next(known, devices);
    this.#known.delete(key);
    this.#known.set(key, next);
    if (this.#known.size > MOST_GANGS) this.#known.delete(this.#known.keys().next().value!);
    return next.bands;
  }

  /** Returns the bands with which the slowest of these devices is done earliest, and its time; null when nothing is known of any. */
  best(devices: readonly string[]): { readonly bands: Bands; readonly ms: number } | null {
    const profiles = this.#profilesOf(devices);
    if (profiles === null) return null;
    const bands = this.#seek(profiles);
    return { bands, ms: this.#slowestMs(bands, profiles) };
  }

  /** Returns each device's time for an equal share; null when nothing is known of any. */
  equalMs(devices: readonly string[]): readonly number[] | null {
    const profiles = this.#profilesOf(devices);
    return profiles === null ? null : this.#equalMs(profiles);
  }

  #next(known: Shared | undefined, devices: readonly string[]): Shared {
    const profiles = this.#profilesOf(devices);
    if (profiles === null) {
      const bands = known?.bands ?? bandsOf(this.#parts.speedsOf(devices));
      return { bands, best: bands, soughtMs: null, lost: 0 };
    }
    const equalMs = this.#equalMs(profiles);
    const isSame = known?.soughtMs?.every((ms, i) => isAbout(ms, equalMs[i]!)) ?? false;
    const best = isSame ? known!.best : this.#seek(profiles);
    const soughtMs = isSame ? known!.soughtMs : equalMs;
    if (known === undefined) return { bands: best, best, soughtMs, lost: 0 };
    const gain = 1 - this.#slowestMs(best, profiles) / this.#slowestMs(known.bands, profiles);
    const lost = gain < LEAST_GAIN ? 0 : known.lost + gain;
    return lost < MOVE_COST ? { bands: known.bands, best, soughtMs, lost } : { bands: best, best, soughtMs, lost: 0 };
  }

  #seek(profiles: readonly DeviceProfile[]): Bands {
    const { steps } = this.#parts.work;
    const bandMs = (member: number, from: number, to: number) =>
      blockMs(profiles[member]!, this.#parts.work.of(from, to));
    return bandsAt(shareOut(profiles.length, steps, bandMs), steps);
  }

  #slowestMs(bands: Bands, profiles: readonly DeviceProfile[]): number {
    return Math.max(...profiles.map((profile, member) => blockMs(profile, this.#parts.work.member(bands, member))));
  }

  #equalMs(profiles: readonly DeviceProfile[]): readonly number[] {
    const { steps } = this.#parts.work;
    const share = this.#parts.work.of(0, Math.ceil(steps / profiles.length));
    return profiles.map((profile) => blockMs(profile, share));
  }

  /** A device of which nothing is known counts as the median of the others, by its speed. */
  #profilesOf(devices: readonly string[]): readonly DeviceProfile[] | null {
    const own = devices.map((device) => this.#parts.profiles.of(device));
    const known = own.filter((profile) => profile !== null);
    if (known.length === 0) return null;
    if (known.length === own.length) return known;
    const usual = medianProfile(known);
    const speeds = this.#parts.speedsOf(devices);
    const usualSpeed = medianOf(speeds.filter((_, i) => own[i] !== null))!;
    return own.map((profile, i) => profile ?? scaled(usual, usualSpeed / speeds[i]!));
  }
}

function scaled({ bodyMs, prepareMs, stageMs }: DeviceProfile, factor: number): DeviceProfile {
  return { bodyMs: bodyMs * factor, prepareMs: prepareMs * factor, stageMs: stageMs.map((ms) => ms * factor) };
}

function isAbout(ms: number, nowMs: number): boolean {
  return Math.abs(nowMs - ms) <= SAME * ms;
}
