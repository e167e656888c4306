import { describe, expect, it } from 'vitest';
import { Draws } from '../../chaos/draws.js';
import type { MemorySample, NodeSample } from './node-sample.js';
import { theilSenSlope, trendsOf, type Watched } from './trend.js';
import { type MemoryRun, memoryMistakes, slopeBound } from './verdict.js';

const MIB = 2 ** 20;
const SAMPLES = 720;
const draws = new Draws(3, 0);

interface Course {
  /** MiB by minute. */
  readonly heap?: (minute: number) => number;
  readonly native?: (minute: number) => number;
  readonly files?: (minute: number) => number;
  readonly failed?: number;
}

/** A collected heap that fills up and is collected again, every seven minutes. */
const SAW = (minute: number) => 30 + 20 * ((minute / 7) % 1);

/** Two hours, a sample every ten seconds; the nodes of a real cluster are as restless. */
function samplesOf({ heap = SAW, native = () => 60, files = () => 75, failed = 0 }: Course = {}): MemorySample[] {
  return Array.from({ length: SAMPLES }, (_, i) => {
    const minute = (i + 1) / 6;
    const noise = 4 * (draws.share() - 0.5);
    const e0: NodeSample = {
      own: (heap(minute) + native(minute) + noise) * MIB,
      files: files(minute) * MIB,
      heap: heap(minute) * MIB,
      used: 25 * MIB,
      buffers: 5 * MIB,
    };
    return { atMs: 60_000 * minute, frames: { open: 1, complete: 24 * i, failed }, nodes: { e0 } };
  });
}

const camera = {
  plan: { name: 'a camera' },
  ...{ sent: 28_800, accepted: 28_700, refused: 100, leftOut: 0 },
  other: new Map<string, number>(),
};

function run(changes: Partial<MemoryRun> = {}): MemoryRun {
  return { samples: samplesOf(), senders: [camera], ...changes };
}

describe('the slope of memory', () => {
  it('is that of the line, whatever a quarter of the points are', () => {
    const points = Array.from({ length: 200 }, (_, x) => ({ x, y: x % 4 === 0 ? 1_000 * draws.share() : 7 + 0.5 * x }));
    expect(theilSenSlope(points)).toBeCloseTo(0.5, 1);
    expect(theilSenSlope(points.slice(0, 1))).toBe(0);
  });

  it('is of the second half only, for each node and each kind of memory', () => {
    const late = samplesOf({
      heap: () => 40,
      native: (minute) => (minute < 60 ? minute : minute + 0.2 * (minute - 60)),
    });
    const slopes = Object.fromEntries(trendsOf(late).map(({ what, mibPerMinute }) => [what, mibPerMinute.toFixed(1)]));
    expect(slopes).toEqual({ resident: '1.2', heap: '0.0', native: '1.2' });
  });
});

describe('memory under a steady load', () => {
  it('may go up and down, and grow until it levels off', () => {
    expect(memoryMistakes(run())).toEqual([]);
    const levelling = (minute: number) => 40 + 40 * (1 - Math.exp(-minute / 12));
    expect(memoryMistakes(run({ samples: samplesOf({ native: levelling }) }))).toEqual([]);
  });

  it('may not go on growing: in the heap, outside it, or in files', () => {
    const growing = (from: number, what: Watched) => (minute: number) =>
      from + 1.5 * slopeBound({ what, minutes: 60 }) * minute;
    const wrongOf = (course: Course) => memoryMistakes(run({ samples: samplesOf(course) })).join('; ');
    expect(wrongOf({ heap: (minute) => SAW(minute) + growing(0, 'resident')(minute) })).toMatch(
      /resident memory of e0 grows by 0\.\d+ MiB a minute, .*heap memory of e0 grows/,
    );
    expect(wrongOf({ native: growing(60, 'resident') })).toMatch(/resident memory of e0 .*native memory of e0 grows/);
    expect(wrongOf({ files: growing(75, 'resident') })).toMatch(/^resident memory of e0 grows[^;]*$/);
    // What an eighteen minutes' run once showed.
    expect(wrongOf({ native: (minute) => 60 + 0.85 * minute })).toContain('grows by 0.8');
  });

  it('is not said to be well after minutes, or when nothing was sampled', () => {
    const [first] = memoryMistakes(run({ samples: samplesOf().slice(0, 180) }));
    expect(first).toMatch(/^29\.8 minutes are too few/);
    expect(memoryMistakes(run({ samples: [] }))).toHaveLength(1);
  });

  it('says nothing when the load was not below what the cluster can do', () => {
    const senders = [{ ...camera, accepted: 20_000, refused: 8_800 }];
    expect(memoryMistakes(run({ senders }))).toEqual([expect.stringMatching(/^a camera: 8800 pictures were refused/)]);
    const other = new Map([['503', 2]]);
    expect(memoryMistakes(run({ senders: [{ ...camera, other }] }))).toEqual(['a camera: 2 pictures came to 503']);
    expect(memoryMistakes(run({ samples: samplesOf({ failed: 1 }) }))).toEqual(['1 frames that were accepted failed']);
  });
});
