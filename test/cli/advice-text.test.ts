import { describe, expect, it } from 'vitest';
import { adviceSentences, sizeTable } from '../../server/cli/plan/advice-text.js';
import type { Advice } from '../../server/planner/advice.js';

const load = (framesPerSecond: number, devicesPerFrame = 1) => ({ framesPerSecond, devicesPerFrame });
const ADVICE: Advice = {
  sizes: [
    { devices: 1, latencyMs: 3_100, load: load(0.32) },
    { devices: 3, latencyMs: 1_350, load: load(0.9) },
    { devices: 6, latencyMs: 1_000, load: load(1.664) },
  ],
  cameras: 6,
  gains: [
    { part: 'links', factor: 1.4 },
    { part: 'devices', factor: 1.2 },
    { part: 'gateway', factor: 1 },
  ],
  loadGains: [
    { part: 'devices', factor: 1.9 },
    { part: 'links', factor: 1.01 },
    { part: 'gateway', factor: 1 },
  ],
  cutShort: false,
};

describe('advice in words', () => {
  it('says what the cluster gives, what bounds it, and what fewer devices give', () => {
    expect(adviceSentences(ADVICE)).toEqual([
      'Six devices are 3.1 times as fast as one: a frame takes 1.00 s in place of 3.10 s.',
      "The links bound one frame most: at twice the speed it is 1.40 times as fast (devices' processors: 1.20 times; gateway's processor: 1.00 times).",
      'Three devices give 2.3 times.',
      "For six cameras each frame is computed whole, by one device: 5.2 times one device's frames a second (1.66 frames a second).",
      "The devices' processors bound frames a second most: at twice the speed they are 1.90 times as many (links: 1.01 times; gateway's processor: 1.00 times).",
    ]);
  });

  it('says that more devices give nothing, and that no part bounds it alone', () => {
    const sizes = [
      { devices: 1, latencyMs: 1_000, load: null },
      { devices: 2, latencyMs: 990, load: null },
    ];
    const gains = ADVICE.gains.map(({ part }) => ({ part, factor: 1.01 }));
    expect(adviceSentences({ ...ADVICE, sizes, gains, cutShort: true })).toEqual([
      'Two devices are no faster than one for one frame at a time (990 ms in place of 1.00 s).',
      "No part alone bounds one frame: twice the speed of one gives less than 1.05 times (links, devices' processors, gateway's processor).",
      'Time was up before all sizes of the cluster were simulated (--seconds).',
    ]);
  });

  it('speaks of one device and one camera, and of devices that compute a frame together', () => {
    const alone = { ...ADVICE, sizes: ADVICE.sizes.slice(0, 1), cameras: 1, gains: [], loadGains: [] };
    expect(adviceSentences(alone)).toEqual([
      'One device takes 3.10 s for a frame.',
      'For one camera each frame is computed whole, by one device (0.32 frames a second).',
    ]);
    const sizes = [...ADVICE.sizes.slice(0, 1), { devices: 4, latencyMs: 1_200, load: load(0.64, 2) }];
    expect(adviceSentences({ ...ADVICE, sizes, cameras: 2 })).toContain(
      "For two cameras each frame is computed by two devices together: 2.0 times one device's frames a second (0.64 frames a second).",
    );
  });

  it('has a table with a row for each size', () => {
    const lines = sizeTable(ADVICE).split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[3]!.trim().split(/ {2,}/)).toEqual(['6', '1.00 s', '3.10', '1.66', '5.20', '1']);
  });
});
