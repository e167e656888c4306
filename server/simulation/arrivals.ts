import { type SeededRandom, seededRandom } from '../model/seeded-random.js';
import type { QueuePolicy } from '../scheduling/policy/waiting-order.js';

export interface Arrival {
  /** After the start. */
  readonly atMs: number;
  readonly source: string;
}

/** When frames are submitted, and what becomes of those that wait. */
export type Arrivals = {
  readonly pictureBytes: number;
  /** Each source is a camera with this policy. When absent all frames are one client's, and each is kept. */
  readonly queue?: QueuePolicy | undefined;
} & (
  | { readonly kind: 'timed'; readonly frames: readonly Arrival[] }
  /** Each source submits its next frame when its last one has ended. */
  | { readonly kind: 'one-by-one'; readonly sources: readonly string[]; readonly frames: number }
);

/** Frames of each source, one every so many milliseconds, the sources evenly apart; `frames` of all together. */
export function periodicArrivals(sources: readonly string[], frames: number, everyMs: number): readonly Arrival[] {
  return Array.from({ length: frames }, (_, index) => ({
    atMs: (index * everyMs) / sources.length,
    source: sources[index % sources.length]!,
  }));
}

/** Devices that frames start on, the first one first. */
export function sourcesOf(arrivals: Arrivals): readonly string[] {
  if (arrivals.kind === 'one-by-one') return arrivals.sources;
  return [...new Set(arrivals.frames.map(({ source }) => source))];
}

/** Frames of each source at random moments, on average one every so many milliseconds. */
export function poissonArrivals(
  sources: readonly string[],
  frames: number,
  everyMs: number,
  seed: number,
): readonly Arrival[] {
  const random: SeededRandom = seededRandom(seed, 1);
  const perSource = sources.map((source, index) => {
    let atMs = 0;
    return Array.from({ length: Math.ceil((frames - index) / sources.length) }, (): Arrival => {
      atMs -= Math.log(1 - random()) * everyMs;
      return { atMs, source };
    });
  });
  return perSource.flat().sort((a, b) => a.atMs - b.atMs);
}
