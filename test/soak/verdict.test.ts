import { describe, expect, it } from 'vitest';
import type { Sample } from './samples.js';
import { growthUnderLoad, overloadMistakes, type SoakFacts } from './verdict.js';

const MIB = 2 ** 20;

interface Course {
  readonly rssMiB?: (i: number) => number;
  readonly tasks?: (i: number) => number;
  readonly open?: (i: number) => number;
  readonly failed?: number;
}

function samples({ rssMiB = () => 200, tasks = () => 10, open = () => 20, failed = 0 }: Course = {}): Sample[] {
  return Array.from({ length: 30 }, (_, i) => ({
    atMs: 1_000 * i,
    rss: new Map([['gateway', rssMiB(i) * MIB]]),
    held: new Map([['e0: tasks', tasks(i)]]),
    openFrames: open(i),
    ended: { complete: i, failed },
  }));
}

const flood = { plan: { name: 'flood', perSecond: 20 }, isModest: false, leftOut: 0, other: new Map<string, number>() };
const camera = { ...flood, plan: { name: 'camera', perSecond: 2 }, isModest: true };

function facts(changes: Partial<SoakFacts> = {}): SoakFacts {
  return {
    samples: samples(),
    queuedFrames: 24,
    senders: [
      { ...flood, sent: 600, accepted: 300, refused: 300 },
      { ...camera, sent: 60, accepted: 60, refused: 0 },
    ],
    ...changes,
  };
}

describe('memory and queues under load', () => {
  it('may move up and down, and grow while the cluster warms up', () => {
    const warming = (i: number) => (i < 10 ? 150 + 8 * i : 225 + 3 * (i % 3));
    expect(growthUnderLoad(samples({ rssMiB: warming, tasks: (i) => 10 + 8 * Math.sin(i) }))).toEqual([]);
  });

  it('may not grow afterwards', () => {
    expect(growthUnderLoad(samples({ rssMiB: (i) => 200 + 3 * i }))).toEqual([
      'memory of gateway has grown from 245 to 275 MiB',
    ]);
    expect(growthUnderLoad(samples({ tasks: (i) => 3 * i }))).toEqual([
      'e0: tasks has grown from 43.5 to 73.5 in the mean',
    ]);
  });

  it('are not said to be well by a run of two moments', () => {
    expect(growthUnderLoad(samples().slice(0, 2))).toEqual(['the run was too short to see anything grow']);
  });
});

describe('a cluster that is asked for too much', () => {
  it('is well when it refuses some of who floods and takes the rest', () => {
    expect(overloadMistakes(facts())).toEqual([]);
  });

  it.each<[string, Partial<SoakFacts>, string]>([
    ['has more open than may be', { samples: samples({ open: (i) => i }) }, '29 frames were open, and 24 may be'],
    ['loses what it accepted', { samples: samples({ failed: 2 }) }, '2 frames that were accepted failed'],
    [
      'lets one who floods push out one who does not',
      { senders: [{ ...camera, sent: 60, accepted: 40, refused: 20 }] },
      'camera asks for little, and got only 40 of 60 pictures through',
    ],
    [
      'was not asked for too much',
      { senders: [{ ...flood, sent: 600, accepted: 600, refused: 0 }] },
      'flood asks for too much, and nothing was refused',
    ],
    [
      'answers otherwise than with 429 and when to come back',
      { senders: [{ ...flood, sent: 600, accepted: 300, refused: 299, other: new Map([['503', 1]]) }] },
      'flood: 1 pictures came to 503',
    ],
  ])('is not when it %s', (_what, changes, mistake) => {
    expect(overloadMistakes(facts(changes))).toEqual([mistake]);
  });
});
