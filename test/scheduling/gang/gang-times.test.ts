import { describe, expect, it } from 'vitest';
import { type GangTimes, gangLeaseMs, withGangTime } from '../../../server/scheduling/gang/gang-times.js';

const ALLOWED = { factor: 3, floorMs: 2_000 };
const stages = (members: number) => ({ plan: 'stages' as const, members });
const took = (members: number, ...times: number[]) =>
  times.reduce((all: GangTimes, ms) => withGangTime(all, stages(members), ms), new Map());

describe('the time that a gang gets', () => {
  it('is not known before one of its plan and size has computed a frame', () => {
    expect(gangLeaseMs(took(3, 500), stages(2), ALLOWED)).toBeNull();
    expect(gangLeaseMs(took(3, 500), { plan: 'layers', members: 3 }, ALLOWED)).toBeNull();
  });

  it('is a multiple of the median of the latest frames', () => {
    expect(gangLeaseMs(took(3, 900, 1_000, 4_000, 5_000, 6_000), stages(3), ALLOWED)).toBe(12_000);
    const slower = took(3, ...Array(20).fill(900), ...Array(8).fill(8_000));
    expect(gangLeaseMs(slower, stages(3), ALLOWED)).toBe(24_000);
  });

  it('leaves room for parts of the model to be loaded, as with the first frame', () => {
    expect(gangLeaseMs(took(3, 7_000, ...Array(40).fill(100)), stages(3), ALLOWED)).toBe(9_000);
  });
});
