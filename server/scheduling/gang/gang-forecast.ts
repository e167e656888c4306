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
