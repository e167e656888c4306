import type { MemorySample, NodeSample } from './node-sample.js';

const MIB = 2 ** 20;
const MINUTE_MS = 60_000;

/** What is watched of each process, and how it is had from a sample. */
export const WATCHED = {
  resident: ({ own, files }: NodeSample) => own + files,
  heap: ({ heap }: NodeSample) => heap,
  native: ({ own, heap }: NodeSample) => own - heap,
} as const satisfies Record<string, (sample: NodeSample) => number>;

export type Watched = keyof typeof WATCHED;

/** How a kind of memory of one node changes over the second half of a run. */
export interface Trend {
  readonly node: string;
  readonly what: Watched;
  /** Of the second half. */
  readonly minutes: number;
  /** Theil-Sen slope. */
  readonly mibPerMinute: number;
}

/** Returns the trends of every node over the second half of a run; the first half is for warming up. */
export function trendsOf(samples: readonly MemorySample[]): Trend[] {
  const startMs = samples[0]?.atMs ?? 0;
  const middleMs = (startMs + (samples.at(-1)?.atMs ?? 0)) / 2;
  const minutes = ((samples.at(-1)?.atMs ?? 0) - middleMs) / MINUTE_MS;
  const half = samples.filter(({ atMs }) => atMs >= middleMs);
  return Object.keys(samples[0]?.nodes ?? {}).flatMap((node) =>
    (Object.keys(WATCHED) as Watched[]).map((what) => {
      const points = half.map(({ atMs, nodes }) => ({ x: atMs / MINUTE_MS, y: WATCHED[what](nodes[node]!) / MIB }));
      return { node, what, minutes, mibPerMinute: theilSenSlope(points) };
    }),
  );
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * The median of the slopes between all pairs of points (Theil 1950, Sen 1968): up to 29 % of the points may be anything. V8's
 * heap goes up and down like a saw, and a line of least squares would follow where the last tooth ends.
 *
 * @returns 0 for fewer than two points.
 */
export function theilSenSlope(points: readonly Point[]): number {
  const slopes = new Float64Array((points.length * (points.length - 1)) / 2);
  let count = 0;
  for (const [i, a] of points.entries()) {
    for (const b of points.slice(i + 1)) slopes[count++] = (b.y - a.y) / (b.x - a.x);
  }
  slopes.sort();
  return count === 0 ? 0 : (slopes[(count - 1) >> 1]! + slopes[count >> 1]!) / 2;
}
