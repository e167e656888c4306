import type { Frame } from '../contract-types.js';
import { isEnded } from './dashboard-state.js';

/** Returns the frames that have ended, newest first; those that are still open where none has. Dropped frames have no result. */
export function latestResults(frames: readonly Frame[]): readonly Frame[] {
  const kept = frames.filter(({ state }) => state !== 'dropped');
  const ended = kept.filter(isEnded);
  return ended.length > 0 ? ended : kept;
}

/** A camera, or the device on which the frames of no named camera began. */
export interface Origin {
  readonly kind: 'camera' | 'device';
  readonly name: string;
  /** Its newest frame. */
  readonly latest: Frame;
}

export function originOf({ camera, source }: Pick<Frame, 'camera' | 'source'>): Pick<Origin, 'kind' | 'name'> {
  return camera === undefined ? { kind: 'device', name: source } : { kind: 'camera', name: camera };
}

/**
 * Groups frames by where they are from: cameras first, each kind by name, so that none changes its place.
 *
 * @param frames newest first.
 */
export function origins(frames: readonly Frame[]): readonly Origin[] {
  const found = new Map<string, Origin>();
  for (const frame of frames) {
    const { kind, name } = originOf(frame);
    const key = `${kind} ${name}`;
    if (!found.has(key)) found.set(key, { kind, name, latest: frame });
  }
  return [...found.values()].sort(
    (one, other) => one.kind.localeCompare(other.kind) || one.name.localeCompare(other.name, 'en', { numeric: true }),
  );
}
