import { bySpeed, fastest, type GangNeeds, soonest, waitingPays } from './choose-gangs.js';
import { type GangForecast, gangMs } from './gang-forecast.js';

/** A gang is to be done within this share of the time that is left: predicted times are off by a tenth. */
const SURE = 0.9;

/** The devices for a frame that is to be answered within a time. */
export interface BoundedNeeds extends Pick<GangNeeds, 'free' | 'running' | 'forecast'> {
  /** Time until the frame is to be answered, above 0. */
  readonly leftMs: number;
  /** Devices that may compute the frame together. */
  readonly most: number;
}

/** Returns whether a gang is expected to answer in time. */
export function isInTime(forecast: GangForecast, gang: readonly string[], leftMs: number): boolean {
  return gangMs(forecast, gang) <= SURE * leftMs;
}

/**
 * Chooses the gang for a frame that is to be answered within a time: the smallest that is in time, of the fastest devices. Where only
 * devices that are free soon make that possible, the frame waits for them. Where nothing does, it is done as early as it can be.
 *
 * @returns null when the frame waits for more devices, which a running gang has now.
 */
export function gangWithin(needs: BoundedNeeds): readonly string[] | null {
  const { forecast, free, leftMs, most, running } = needs;
  const inTime = (devices: readonly string[], untilMs: number) => {
    const all = bySpeed(devices, forecast).slice(0, most);
    return all.map((_, i) => all.slice(0, i + 1)).find((gang) => isInTime(forecast, gang, untilMs));
  };
  const gang = inTime(free, leftMs);
  if (gang !== undefined) return gang;
  let devices = free;
  for (const next of soonest(running)) {
    devices = [...devices, ...next.devices];
    if (inTime(devices, leftMs - next.endsInMs) !== undefined) return null;
  }
  const now = fastest(bySpeed(free, forecast).slice(0, most), forecast).devices;
  return waitingPays(now, needs, most) ? null : now;
}
