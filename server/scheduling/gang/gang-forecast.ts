/** Shares of its time that the gateway is busy, from which on gangs are smaller, and from which on one device computes each frame. */
const BUSY = { some: 0.7, all: 0.9 };
/** A measured share counts for so much; the shares before it for the rest. */
const NEWEST = 0.1;

/** Predicted times of frames, by the devices that compute them together. Plain data. */
export interface GangForecast {
  /** By number of devices, from 1: what so many usual ones take for a frame, in ms. More of them take as long as the last number. */
  readonly sizesMs: readonly number[];
  /** Speeds of devices for work of gangs; the usual one's is 1. A device that is not named is a usual one. */
  readonly speeds: ReadonlyMap<string, number>;
}

/**
 * Predicts what devices take for a frame together: what as many usual ones take, by their mean speed.
 *
 * @param devices at least one.
 * @returns ms.
 */
export function gangMs({ sizesMs, speeds }: GangForecast, devices: readonly string[]): number {
  const speed = devices.reduce((sum, device) => sum + (speeds.get(device) ?? 1), 0);
  return (sizesMs[Math.min(devices.length, sizesMs.length) - 1]! * devices.length) / speed;
}

/** Returns the share of its time that the gateway is busy, averaged over the latest measurements. @param measured 0 to 1. */
export function averageBusy(before: number, measured: number): number {
  return before + NEWEST * (Math.min(1, Math.max(0, measured)) - before);
}

/**
 * Returns the forecast for gangs while the gateway is busy for a share of its time. Each member costs the gateway a task, a picture and a
 * result. So the more it is busy, the fewer devices a gang has: a frame is predicted to take no less with more than so many.
 *
 * @param busy 0 to 1.
 */
export function boundedByGateway(forecast: GangForecast, busy: number): GangForecast {
  if (busy <= BUSY.some) return forecast;
  const { length } = forecast.sizesMs;
  const most = Math.max(1, Math.ceil((length * (BUSY.all - busy)) / (BUSY.all - BUSY.some)));
  return most >= length ? forecast : { ...forecast, sizesMs: forecast.sizesMs.slice(0, most) };
}
