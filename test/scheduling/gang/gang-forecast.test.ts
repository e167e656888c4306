import { describe, expect, it } from 'vitest';
import { BandWork } from '../../../server/geometry/gang/band-work.js';
import { chooseEnds } from '../../../server/geometry/gang/choose-ends.js';
import { gangOf as planOf } from '../../../server/geometry/gang/gang-plan.js';

import { averageBusy, boundedByGateway, gangMs } from '../../../server/scheduling/gang/gang-forecast.js';
import { GangShares } from '../../../server/scheduling/gang/gang-shares.js';
import { KnownProfiles } from '../../../server/scheduling/gang/known-profiles.js';
import { cluster, gangOf } from './model-devices.js';

const NAMES = ['e0', 'e1', 'e2', 'e3', 'e4', 'e5'];

function sharesOf(plan: Awaited<ReturnType<typeof gangOf>>, speeds: readonly number[] = []): GangShares {
  const speedsOf = (devices: readonly string[]) => devices.map((device) => speeds[NAMES.indexOf(device)] ?? 1);
  const work = new BandWork(plan);
  return new GangShares({ work, profiles: new KnownProfiles(work.of(0, work.steps)), speedsOf });
}

describe('before anything was measured', () => {
  it('more devices take less time, each one helps less than the one before', async () => {
    const { sizesMs, speeds } = sharesOf(await gangOf('yolov2', 6)).forecast(NAMES);
    expect(sizesMs).toHaveLength(6);
    for (const [i, ms] of sizesMs.slice(1).entries()) expect(ms).toBeLessThan(sizesMs[i]!);
    expect(sizesMs[0]! / sizesMs[5]!).toBeGreaterThan(3);
    expect(sizesMs[0]! / sizesMs[5]!).toBeLessThan(5.15);
    expect([...speeds.values()]).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('there are times for as many devices as the last maps have rows, and speeds of all', async () => {
    const devices = Array.from({ length: 300 }, (_, i) => `e${i}`);
    const forecast = sharesOf(await gangOf('yolov2', 6)).forecast(devices);
    expect(forecast.sizesMs).toHaveLength(19);
    expect(forecast.speeds.size).toBe(300);
    expect(gangMs(forecast, devices)).toBeCloseTo(forecast.sizesMs[18]!);
  });

  it('speeds of the file count', async () => {
    const forecast = sharesOf(await gangOf('yolov2', 2), [2, 1]).forecast(['e0', 'e1']);
    expect(gangMs(forecast, ['e1']) / gangMs(forecast, ['e0'])).toBeCloseTo(2);
  });

  it.each(['yolov2', 'nanodet'] as const)(
    'the plan for six devices serves smaller gangs of %s as well as their own',
    async (name) => {
      const six = await gangOf(name, 6);
      const { sizesMs } = sharesOf(six).forecast(NAMES);
      for (const members of [2, 3, 4]) {
        const own = planOf(six.stage, chooseEnds(six.stage, members));
        const ratio = sharesOf(own).forecast(NAMES).sizesMs[members - 1]! / sizesMs[members - 1]!;
        expect(ratio).toBeGreaterThan(0.97);
        expect(ratio).toBeLessThan(1.03);
      }
    },
  );
});

describe('once frames were measured', () => {
  it('follows what they took, and which device is slow', async () => {
    const plan = await gangOf('yolov2', 3);
    const measured = cluster(plan);
    const devices = [{ slowness: 1 }, { slowness: 1 }, { slowness: 2 }];
    for (let frame = 0; frame < 12; frame++) measured.frame(devices);
    const { speeds } = measured.shares.forecast(['e0', 'e1', 'e2']);
    expect(speeds.get('e0')).toBeCloseTo(1, 1);
    expect(speeds.get('e2')).toBeCloseTo(0.5, 1);
  });

  it('is the same object until times change', async () => {
    const measured = cluster(await gangOf('yolov2', 3));
    const devices = [{ slowness: 1 }, { slowness: 1 }, { slowness: 1 }];
    for (let frame = 0; frame < 6; frame++) measured.frame(devices);
    const before = measured.shares.forecast(['e0', 'e1', 'e2']);
    measured.frame(devices);
    expect(measured.shares.forecast(['e0', 'e1', 'e2'])).toBe(before);
    for (let frame = 0; frame < 12; frame++) measured.frame(devices.map(() => ({ slowness: 3 })));
    const after = measured.shares.forecast(['e0', 'e1', 'e2']);
    expect(after.sizesMs[0]! / before.sizesMs[0]!).toBeCloseTo(3, 0);
  });

  it('a device that was slow when it was measured is tried again, and stays in gangs once it is fast', async () => {
    const measured = cluster(await gangOf('yolov2', 6));
    const equal = NAMES.map(() => ({ slowness: 1 }));
    for (let frame = 0; frame < 10; frame++) measured.frame(equal.with(1, { slowness: 3 }), 'auto');
    expect(measured.shares.forecast(NAMES).speeds.get('e1')).toBeCloseTo(1 / 3, 1);
    expect(measured.frame(equal, 'auto').devices).not.toContain('e1');
    const sizes = Array.from({ length: 150 }, () => measured.frame(equal, 'auto').devices.length);
    expect(sizes.slice(-50)).toEqual(Array(50).fill(6));
  });

  it('a device that was in no gang yet is tried, whatever its first block says of its speed', async () => {
    const plan = await gangOf('yolov2', 3);
    const speedsOf = (devices: readonly string[]) => devices.map((device) => (device === 'e2' ? 0.1 : 1));
    const work = new BandWork(plan);
    const profiles = new KnownProfiles(work.of(0, work.steps));
    const shares = new GangShares({ work, profiles, speedsOf });
    expect(shares.forecast(NAMES.slice(0, 3)).speeds.get('e2')).toBeCloseTo(0.1);
    const profile = { prepareMs: 10, bodyMs: 1, stageMs: plan.ends.map(() => 0.1) };
    for (const device of ['e0', 'e1', 'e2', 'e0', 'e1']) profiles.add(device, profile);
    expect(shares.forecast(NAMES.slice(0, 3)).speeds.get('e2')).toBe(1);
  });

  it('a frame on one device is no end: the others are tried again', async () => {
    const measured = cluster(await gangOf('nanodet', 3));
    const equal = [{ slowness: 1 }, { slowness: 1 }, { slowness: 1 }];
    for (let frame = 0; frame < 2; frame++) measured.frame([{ slowness: 8 }, { slowness: 1 }, { slowness: 8 }], 'auto');
    expect(measured.frame(equal, 'auto').devices).toEqual(['e1']);
    const sizes = Array.from({ length: 400 }, () => measured.frame(equal, 'auto').devices.length);
    expect(sizes.slice(-50)).toEqual(Array(50).fill(3));
  });

  it('a device that stays slow is tried now and then', async () => {
    const measured = cluster(await gangOf('yolov2', 6));
    const devices = NAMES.map((_, i) => ({ slowness: i === 1 ? 3 : 1 }));
    const sizes = Array.from({ length: 200 }, () => measured.frame(devices, 'auto').devices.length);
    const tries = sizes.slice(10).filter((size) => size === 6).length;
    expect(tries).toBeGreaterThan(1);
    expect(tries).toBeLessThan(10);
  });
});

describe('while the gateway is busy', () => {
  const forecast = { sizesMs: [1000, 600, 450, 400], speeds: new Map<string, number>() };
  const mostAt = (busy: number) => boundedByGateway(forecast, busy).sizesMs.length;

  it('gangs are as large as ever up to a share of its time, then smaller, and of one device at last', () => {
    expect([0, 0.5, 0.7].map((busy) => boundedByGateway(forecast, busy))).toEqual([forecast, forecast, forecast]);
    expect([0.74, 0.78, 0.83, 0.88].map(mostAt)).toEqual([4, 3, 2, 1]);
    expect([0.9, 0.95, 1].map(mostAt)).toEqual([1, 1, 1]);
  });

  it('a gang beyond the bound is predicted to take no less', () => {
    const bounded = boundedByGateway(forecast, 0.83);
    expect(gangMs(bounded, ['a', 'b'])).toBe(600);
    expect(gangMs(bounded, ['a', 'b', 'c', 'd'])).toBe(600);
  });

  it('its share is an average of the latest measurements, from 0 to 1', () => {
    let busy = averageBusy(0, 1);
    expect(busy).toBeCloseTo(0.1);
    for (let i = 0; i < 50; i++) busy = averageBusy(busy, 1.7);
    expect(busy).toBeGreaterThan(0.99);
    expect(busy).toBeLessThanOrEqual(1);
    for (let i = 0; i < 50; i++) busy = averageBusy(busy, -1);
    expect(busy).toBeLessThan(0.01);
    expect(busy).toBeGreaterThanOrEqual(0);
  });
});
