import type { BlockWork } from '../../geometry/gang/band-work.js';
import {
  blockMs,
  type DeviceProfile,
  type MeasuredDevice,
  medianProfile,
  scaled,
  usualProfile,
} from './device-profiles.js';
import { LoneFrames } from './lone-frames.js';

/** Blocks of gangs that are kept of each device while its times stay about the same. */
const LONG = 25;
/** The latest of them: when their median differs, the device has changed, and earlier ones are dropped. Three are enough for that. */
const SHORT = 5;
/** Medians that differ by no more are about the same. */
const SAME = 0.15;
/** A device's whole frames tell of another speed than its blocks where they differ by more than this factor. */
const CHANGED = 1.2;
/**
 * For a whole frame devices take so many times what their blocks of gangs tell: larger blocks use the processor better, or the memory
 * worse. A device that is further off has changed.
 */
const WHOLE_OVER_BLOCKS = { least: 0.7, most: 1.25 };

/** The latest blocks of a device. */
interface Latest {
  readonly profiles: readonly DeviceProfile[];
  /** Of these: each frame asks for it several times. Null where there are none. */
  readonly median: DeviceProfile | null;
  /** What a whole frame takes by it. */
  readonly wholeMs: number | null;
  /** The next block does not count: the first one of a device takes longer, as its engine has yet to load and to warm up. */
  readonly isCold: boolean;
  /** The next block that counts takes the place of all others. */
  readonly isPast: boolean;
}

const NOTHING: Latest = { profiles: [], median: null, wholeMs: null, isCold: true, isPast: true };

/**
 * Times of devices: medians of the latest blocks of gangs of each, more of them while they stay about the same. Frames that a device
 * computes alone have blocks of another size, whose stage times are not those of a gang's blocks: they tell of the device's speed only,
 * beside what the other devices take for theirs.
 */
export class KnownProfiles {
  readonly #latest = new Map<string, Latest>();
  readonly #whole: BlockWork;
  readonly #lone: LoneFrames;
  /** Found when they are asked for; null once something has changed. */
  #usual: DeviceProfile | null = null;
  #ratio: number | null = null;

  /** @param whole the work of a frame that one device computes. */
  constructor(whole: BlockWork) {
    this.#whole = whole;
    this.#lone = new LoneFrames((profile) => blockMs(profile, whole));
  }

  /** A device has computed a block of a gang of several. */
  add(device: string, profile: DeviceProfile): void {
    const known = this.#latest.get(device) ?? NOTHING;
    const { isCold, isPast, profiles } = known;
    this.#forget();
    if (isCold) this.#latest.set(device, { ...known, isCold: false });
    else {
      const latest = [...(isPast ? [] : profiles), profile].slice(-LONG);
      this.#latest.set(device, { ...this.#latestOf(latest), isCold: false, isPast: false });
      this.#lone.blockDone(device);
    }
  }

  /** A device has computed a frame alone. */
  addLone(device: string, profile: DeviceProfile): void {
    this.#forget();
    this.#lone.add(device, profile);
  }

  /** The blocks of a device count only until it has had others: it has been out of gangs for a while. */
  expire(device: string): void {
    this.#forget();
    this.#latest.set(device, { ...(this.#latest.get(device) ?? NOTHING), isCold: true, isPast: true });
    this.#lone.expire(device);
  }

  /** Returns whether what is known of a device is of its latest blocks and frames. */
  isFresh(device: string): boolean {
    return this.#isOfGangs(device) || this.#lone.of(device) !== null;
  }

  /** @returns null for a device of which nothing is known. */
  of(device: string): DeviceProfile | null {
    const own = this.#latest.get(device)?.median ?? null;
    const lone = this.#lone.of(device);
    if (lone === null) return own;
    const known = own ?? this.#usualOfBlocks;
    if (known === null) return this.#ofWhole(lone.profile);
    const knownMs = own === null ? blockMs(known, this.#whole) : this.#latest.get(device)!.wholeMs!;
    const slowness = lone.ms / (this.#wholeOverBlocks * knownMs);
    const isAsKnown = own !== null && slowness < CHANGED && slowness > 1 / CHANGED;
    return isAsKnown ? own : scaled(known, slowness);
  }

  /** Returns what is known of each device. */
  measurements(): readonly MeasuredDevice[] {
    const devices = new Set([...this.#latest.keys(), ...this.#lone.devices]);
    return [...devices].sort().map((device) => {
      const blocks = this.#latest.get(device)?.median ?? null;
      return { device, blocks, alone: this.#lone.of(device)?.profile ?? null };
    });
  }

  /** Takes over what an earlier life of the gateway knew. It counts as one block and one frame: new ones soon outvote it. */
  restore(devices: readonly MeasuredDevice[]): void {
    this.#forget();
    for (const { alone, blocks, device } of devices) {
      if (blocks !== null) this.#latest.set(device, { ...this.#latestOf([blocks]), isCold: true, isPast: false });
      if (alone !== null) this.#lone.restore(device, alone);
    }
  }

  #isOfGangs(device: string): boolean {
    return !(this.#latest.get(device) ?? NOTHING).isPast;
  }

  /** Of strips a whole frame tells nothing: they count as usual, for a device of its speed. */
  #ofWhole(lone: DeviceProfile): DeviceProfile {
    const usual = usualProfile(lone.stageMs.length);
    return { ...lone, bodyMs: (usual.bodyMs * blockMs(lone, this.#whole)) / blockMs(usual, this.#whole) };
  }

  /** The median of what is known of all devices by blocks of gangs; null where none is. */
  get #usualOfBlocks(): DeviceProfile | null {
    if (this.#usual !== null) return this.#usual;
    const known = [...this.#latest.values()].flatMap(({ median }) => median ?? []);
    if (known.length > 0) this.#usual = medianProfile(known);
    return this.#usual;
  }

  /** What devices take for a whole frame, over what their blocks tell of it. */
  get #wholeOverBlocks(): number {
    this.#ratio ??= this.#ratioOfAll();
    return this.#ratio;
  }

  #ratioOfAll(): number {
    const ratios = { present: [] as number[], past: [] as number[] };
    for (const [device, { isPast, wholeMs }] of this.#latest) {
      const lone = this.#lone.of(device);
      if (lone !== null && wholeMs !== null) ratios[isPast ? 'past' : 'present'].push(lone.ms / wholeMs);
    }
    const some = (ratios.present.length > 0 ? ratios.present : ratios.past).sort((a, b) => a - b);
    // Of two the smaller: a device becomes slower rather than faster.
    const middle = some[Math.floor((some.length - 1) / 2)] ?? 1;
    const { least, most } = WHOLE_OVER_BLOCKS;
    return Math.min(most, Math.max(least, middle));
  }

  #forget(): void {
    this.#usual = null;
    this.#ratio = null;
  }

  #latestOf(profiles: readonly DeviceProfile[]): Pick<Latest, 'profiles' | 'median' | 'wholeMs'> {
    const found = present(profiles);
    return { ...found, wholeMs: blockMs(found.median, this.#whole) };
  }
}

/** Returns the profiles that a device's present times are told by. */
function present(profiles: readonly DeviceProfile[]) {
  const all = { profiles, median: medianProfile(profiles) };
  if (profiles.length <= SHORT) return all;
  const short = profiles.slice(-SHORT);
  const latest = { profiles: short, median: medianProfile(short) };
  const [now, before] = [latest, all].map(({ median }) => median.stageMs.reduce((sum, ms) => sum + ms, 0));
  return Math.abs(now! - before!) > SAME * before! ? latest : all;
}
