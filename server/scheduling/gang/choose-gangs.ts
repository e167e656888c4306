import { memoize } from '../../geometry/memoize.js';
import { type GangForecast, gangMs } from './gang-forecast.js';

/** More gangs at once are to compute more frames a second by this factor: with fewer, each frame is done earlier. */
const MORE = 1.03;
/** One device more is to make a gang faster by this factor: each one sends and gets more. */
const FASTER = 0.98;
/** A share of a frame by which the load is rounded up: the next frame of a camera takes a while to come. */
const EXPECTED = 0.75;
/** A frame waits for more devices when it is done earlier by this share. */
const WORTH = 0.9;

/** A gang that computes a frame now. */
export interface RunningGang {
  /** Its devices that take work when it ends, at least one: others are drained, or the gateway does not reach them. */
  readonly devices: readonly string[];
  /** Until its frame is computed, as predicted; not above 0 when it is late. */
  readonly endsInMs: number;
}

/** The frames and the devices that gangs are formed of. */
export interface GangNeeds {
  /** Frames that wait for a gang, at least one. */
  readonly waiting: number;
  /** Pictures that are about to become frames. */
  readonly arriving: number;
  /** Frames that were open lately, on average: those that wait, and those that gangs compute. */
  readonly load: number;
  readonly running: readonly RunningGang[];
  /** Devices in no gang, at least one. */
  readonly free: readonly string[];
  readonly forecast: GangForecast;
}

/**
 * Chooses the gangs that begin now, for the frames that have waited longest. Of *n* frames that are open or about to be, at most *n* gangs compute at
 * once, and it is as many of them as compute the most frames a second: one of all devices for one frame, one of each device under load,
 * groups between. By Little's law the frames are then done earliest, as long as others follow them.
 *
 * @returns the devices of each gang, the fastest gang first; none when all frames are done earlier if they wait for more devices.
 */
export function chooseGangs(needs: GangNeeds): readonly (readonly string[])[] {
  const { arriving, forecast, load, running, waiting } = needs;
  const free = bySpeed(needs.free, forecast);
  const all = bySpeed([...free, ...running.flatMap(({ devices }) => devices)], forecast);
  const most = Math.max(waiting + arriving + running.length, Math.floor(load + EXPECTED));
  const wanted = bestCount(all, Math.min(most, all.length), forecast);
  const count = Math.min(free.length, Math.max(1, wanted - running.length));
  const gangs = gangsOf(free, count, forecast);
  const isScarce = count === 1 && waiting === 1 && free.length < all.length / wanted;
  if (isScarce && waitingPays(gangs[0]!, needs)) return [];
  return gangs.slice(0, waiting);
}

/**
 * Returns whether a frame is done earlier by a gang of these devices and of those that are free next.
 *
 * @param most devices that may compute it.
 */
export function waitingPays(
  gang: readonly string[],
  { forecast, free, running }: Pick<GangNeeds, 'forecast' | 'free' | 'running'>,
  most = Number.POSITIVE_INFINITY,
): boolean {
  const [next] = soonest(running);
  if (next === undefined) return false;
  const [later] = gangsOf(bySpeed([...free, ...next.devices], forecast), 1, forecast);
  return next.endsInMs + gangMs(forecast, later!.slice(0, most)) < WORTH * gangMs(forecast, gang);
}

/** Returns the gangs whose devices are free next, the first one first. Gangs that are late tell nothing of when that is. */
export function soonest(running: GangNeeds['running']): GangNeeds['running'] {
  return running.filter(({ endsInMs }) => endsInMs > 0).sort((a, b) => a.endsInMs - b.endsInMs);
}

/**
 * Returns the number of gangs of these devices that compute the most frames a second together.
 *
 * @param devices the fastest first.
 * @param most gangs, at most as many as devices.
 */
function bestCount(devices: readonly string[], most: number, forecast: GangForecast): number {
  const rateOf = ratesOf(devices, forecast);
  let best = 0;
  let rate = 0;
  for (let count = 1; count <= most; count++) {
    const found = rateOf(count);
    if (found > rate * (count === 1 ? 1 : MORE)) [best, rate] = [count, found];
  }
  return best;
}

/**
 * Returns the frames a millisecond that so many gangs of these devices compute together. Gangs of equally fast devices differ by one
 * device at most: they need not be formed, which takes long where devices are many.
 */
function ratesOf(devices: readonly string[], forecast: GangForecast): (count: number) => number {
  const [first, last] = [devices[0]!, devices.at(-1)!].map((device) => forecast.speeds.get(device) ?? 1);
  if (first !== last) {
    return (count) => gangsOf(devices, count, forecast).reduce((sum, gang) => sum + 1 / gangMs(forecast, gang), 0);
  }
  const bySize = new Map<number, number>();
  const msOf = (size: number) => memoize(bySize, size, () => fastest(devices.slice(0, size), forecast).ms);
  return (count) => {
    const least = Math.floor(devices.length / count);
    const larger = devices.length % count;
    return (larger > 0 ? larger / msOf(least + 1) : 0) + (count - larger) / msOf(least);
  };
}

/** @returns the fastest first; of equally fast ones in the order of their names. */
export function bySpeed(devices: readonly string[], { speeds }: GangForecast): readonly string[] {
  return devices.toSorted().sort((a, b) => (speeds.get(b) ?? 1) - (speeds.get(a) ?? 1));
}

/**
 * Shares devices out to gangs of about the same speed; in each it does without those that slow it down.
 *
 * @param devices the fastest first.
 * @param count of gangs, not above the number of devices.
 */
function gangsOf(devices: readonly string[], count: number, forecast: GangForecast): readonly (readonly string[])[] {
  const speedOf = (device: string) => forecast.speeds.get(device) ?? 1;
  const gangs = Array.from({ length: count }, (): { readonly devices: string[]; speed: number } => {
    return { devices: [], speed: 0 };
  });
  for (const [i, device] of devices.entries()) {
    const slowest = gangs[i] ?? gangs.reduce((least, gang) => (gang.speed < least.speed ? gang : least));
    slowest.devices.push(device);
    slowest.speed += speedOf(device);
  }
  return gangs
    .map(({ devices }) => fastest(devices, forecast))
    .sort((a, b) => a.ms - b.ms)
    .map((gang) => gang.devices);
}

/** Returns the predicted time of a gang with one device more, and whether that is worth it. */
export function withDevice(forecast: GangForecast, gang: readonly string[], device: string) {
  const withMs = gangMs(forecast, [...gang, device]);
  return { withMs, helps: withMs < FASTER * gangMs(forecast, gang) };
}

/** @param devices the fastest first. @returns as many of them as are fastest together, and their time. */
export function fastest(devices: readonly string[], forecast: GangForecast) {
  let best = { devices: devices.slice(0, 1), ms: gangMs(forecast, devices.slice(0, 1)) };
  for (let size = 2; size <= devices.length; size++) {
    const gang = devices.slice(0, size);
    const ms = gangMs(forecast, gang);
    if (ms < FASTER ** (size - best.devices.length) * best.ms) best = { devices: gang, ms };
  }
  return best;
}
