import type { BandWork } from '../../geometry/gang/band-work.js';
import { type Bands, bandsAt, bandsOf } from '../../geometry/gang/bands.js';
import { medianOf } from '../median.js';
import { blockMs, type DeviceProfile, medianProfile, scaled, usualProfile } from './device-profiles.js';
import type { GangForecast } from './gang-forecast.js';
import type { KnownProfiles } from './known-profiles.js';
import { shareOut } from './share-out.js';

/** Bands that save less of a frame's time than this are not worth a thought: measured times are never twice the same. */
const LEAST_GAIN = 0.02;
/** Devices whose times for the same work differ from the middle one's by no more count as equal: differences of so much come and go. */
const ALIKE = 0.12;
/** By this power of their times two slow members count for more than one: each is the last one in some frames. */
const POWER = 8;
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
  /** and each member's time for an equal share and for its best one when they were sought; null before anything was measured. */
  readonly soughtMs: readonly number[] | null;
  /** The share of a frame's time that was lost since the bands came, because they are not the best. */
  readonly lost: number;
}

export interface GangSharesParts {
  readonly work: BandWork;
  readonly profiles: KnownProfiles;
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
  #forecast: { readonly forecast: GangForecast; readonly equalMs: readonly number[] } | null = null;

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
    return { bands, ms: Math.max(...this.#busyMs(bands, profiles)) };
  }

  /** Returns each device's time for an equal share; null when nothing is known of any. */
  equalMs(devices: readonly string[]): readonly number[] | null {
    const profiles = this.#profilesOf(devices);
    return profiles === null ? null : this.#equalMs(profiles);
  }

  /**
   * Predicts what gangs of these devices take, by what is known of each of them; before anything was measured, as small machines take that
   * differ by their speeds alone.
   *
   * @param devices at least one.
   * @returns the same object while times stay about the same.
   */
  forecast(devices: readonly string[]): GangForecast {
    const profiles = this.#presentOf(devices) ?? this.#usualOf(devices);
    const equalMs = this.#equalMs(profiles);
    const known = this.#forecast;
    if (known !== null && isSame(known.equalMs, equalMs)) return known.forecast;
    const usual = medianProfile(profiles);
    const [usualMs] = this.#equalMs([usual], devices.length);
    const most = Math.min(devices.length, this.#parts.work.rows);
    const sizesMs = Array.from({ length: most }, (_, i) => {
      const gang = Array.from({ length: i + 1 }, () => usual);
      return Math.max(...this.#busyMs(this.#seek(gang), gang));
    });
    const forecast = { sizesMs, speeds: new Map(devices.map((device, i) => [device, usualMs! / equalMs[i]!])) };
    this.#forecast = { forecast, equalMs };
    return forecast;
  }

  /**
   * Once something was measured, a device of which nothing or only past blocks are known counts as a usual one: it is to be tried, also
   * where its speed, which may be of its first block, says that it is slow.
   */
  #presentOf(devices: readonly string[]): readonly DeviceProfile[] | null {
    const profiles = this.#profilesOf(devices);
    const isFresh = devices.map((device) => this.#parts.profiles.isFresh(device));
    const present = profiles?.filter((_, i) => isFresh[i]) ?? [];
    if (profiles === null || present.length === 0) return profiles;
    const usual = medianProfile(present);
    return profiles.map((profile, i) => (isFresh[i] ? profile : usual));
  }

  #usualOf(devices: readonly string[]): readonly DeviceProfile[] {
    const speeds = this.#parts.speedsOf(devices);
    const usual = medianOf(speeds)!;
    const profile = usualProfile(this.#parts.work.stages);
    return speeds.map((speed) => scaled(profile, usual / speed));
  }

  #next(known: Shared | undefined, devices: readonly string[]): Shared {
    const profiles = this.#profilesOf(devices);
    if (profiles === null) {
      const bands = known?.bands ?? bandsOf(this.#parts.speedsOf(devices));
      return { bands, best: bands, soughtMs: null, lost: 0 };
    }
    const equalMs = this.#equalMs(profiles);
    const nowMs = known && [...equalMs, ...this.#busyMs(known.best, profiles)];
    const isKnown = known?.soughtMs != null && isSame(known.soughtMs, nowMs!);
    const best = isKnown ? known!.best : this.#seek(profiles);
    const soughtMs = isKnown ? known!.soughtMs : [...equalMs, ...this.#busyMs(best, profiles)];
    if (known === undefined) return { bands: best, best, soughtMs, lost: 0 };
    const gain = gainOf(this.#busyMs(known.bands, profiles), this.#busyMs(best, profiles));
    const lost = gain < LEAST_GAIN ? 0 : known.lost + gain;
    return lost < MOVE_COST ? { bands: known.bands, best, soughtMs, lost } : { bands: best, best, soughtMs, lost: 0 };
  }

  #seek(profiles: readonly DeviceProfile[]): Bands {
    const { steps } = this.#parts.work;
    const bandMs = (member: number, from: number, to: number) =>
      blockMs(profiles[member]!, this.#parts.work.of(from, to));
    return bandsAt(shareOut(profiles.length, steps, bandMs), steps);
  }

  #busyMs(bands: Bands, profiles: readonly DeviceProfile[]): readonly number[] {
    return profiles.map((profile, member) => blockMs(profile, this.#parts.work.member(bands, member)));
  }

  /** Gives those that are about as fast as the middle one the median of all these. */
  #alike(own: readonly (DeviceProfile | null)[]): readonly (DeviceProfile | null)[] {
    const known = own.filter((profile) => profile !== null);
    if (known.length < 2) return own;
    const times = this.#equalMs(known);
    const middleMs = medianOf(times)!;
    const alike = known.filter((_, i) => Math.abs(times[i]! - middleMs) <= ALIKE * middleMs);
    if (alike.length < 2) return own;
    const middle = medianProfile(alike);
    return own.map((profile) => (profile !== null && alike.includes(profile) ? middle : profile));
  }

  #equalMs(profiles: readonly DeviceProfile[], members = profiles.length): readonly number[] {
    const { steps } = this.#parts.work;
    const share = this.#parts.work.of(0, Math.ceil(steps / members));
    return profiles.map((profile) => blockMs(profile, share));
  }

  /** Devices that are about equally fast have one profile. One of which nothing is known counts as the median of the others, by its speed. */
  #profilesOf(devices: readonly string[]): readonly DeviceProfile[] | null {
    const own = this.#alike(devices.map((device) => this.#parts.profiles.of(device)));
    const known = own.filter((profile) => profile !== null);
    if (known.length === 0) return null;
    if (known.length === own.length) return known;
    const usual = medianProfile(known);
    const speeds = this.#parts.speedsOf(devices);
    const usualSpeed = medianOf(speeds.filter((_, i) => own[i] !== null))!;
    return own.map((profile, i) => profile ?? scaled(usual, usualSpeed / speeds[i]!));
  }
}

/** Returns the share of a frame's time that other bands save: of the slowest member's, or of the mean that counts slow ones most. */
function gainOf(now: readonly number[], then: readonly number[]): number {
  return 1 - Math.min(Math.max(...then) / Math.max(...now), lateMs(then) / lateMs(now));
}

function lateMs(busyMs: readonly number[]): number {
  const most = Math.max(...busyMs);
  const mean = busyMs.reduce((sum, ms) => sum + (ms / most) ** POWER, 0) / busyMs.length;
  return most * mean ** (1 / POWER);
}

function isSame(thenMs: readonly number[], nowMs: readonly number[]): boolean {
  return thenMs.length === nowMs.length && thenMs.every((ms, i) => Math.abs(nowMs[i]! - ms) <= SAME * ms);
}
