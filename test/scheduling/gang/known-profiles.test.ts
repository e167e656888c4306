import { describe, expect, it } from 'vitest';
import { bandsOf } from '../../../server/geometry/gang/bands.js';
import { seededRandom } from '../../../server/model/seeded-random.js';
import { chooseGangs } from '../../../server/scheduling/gang/choose-gangs.js';
import { cluster, frameOf, gangOf, type ModelDevice } from './model-devices.js';

const six = await gangOf('yolov2', 6);
const NAMES = ['e0', 'e1', 'e2', 'e3', 'e4', 'e5'];
const EQUAL: readonly ModelDevice[] = NAMES.map(() => ({ slowness: 1 }));
const SLOW = EQUAL.with(2, { slowness: 3 });

type Cluster = ReturnType<typeof cluster>;

/** Six cameras: each device computes so many frames alone. */
function camerasOf({ alone }: Cluster, models: readonly ModelDevice[], frames: number): void {
  for (let frame = 0; frame < frames; frame++) for (const index of models.keys()) alone(models, index);
}

function gangs({ frame }: Cluster, models: readonly ModelDevice[], frames: number) {
  let last = frame(models);
  for (let i = 1; i < frames; i++) last = frame(models);
  return last;
}

const speed = ({ shares }: Cluster, device: string) => shares.forecast(NAMES).speeds.get(device)!;
const wholeMs = ({ shares }: Cluster) => shares.forecast(NAMES).sizesMs[0]!;

describe('frames that devices compute alone', () => {
  it.each(['after gangs of several', 'from the start'])(
    'tell of a device that becomes slow, and fast again: %s',
    (when) => {
      const devices = cluster(six);
      if (when === 'after gangs of several') gangs(devices, EQUAL, 10);
      camerasOf(devices, EQUAL, 20);
      expect(speed(devices, 'e2')).toBeCloseTo(1, 2);
      camerasOf(devices, SLOW, 3);
      expect(speed(devices, 'e2')).toBeLessThan(0.4);
      expect(speed(devices, 'e3')).toBeCloseTo(1, 1);
      camerasOf(devices, EQUAL, 3);
      expect(speed(devices, 'e2')).toBeCloseTo(1, 1);
    },
  );

  it('move the bands of the next gang', () => {
    const devices = cluster(six);
    const usual = gangs(devices, EQUAL, 10);
    camerasOf(devices, EQUAL, 10);
    expect(devices.frame(EQUAL).bands).toEqual(usual.bands);
    camerasOf(devices, SLOW, 4);
    expect(devices.frame(SLOW).slowestMs).toBeLessThan(1.3 * usual.slowestMs);
    camerasOf(devices, EQUAL, 6);
    // A change to bands that are a little better pays after some frames.
    expect(gangs(devices, EQUAL, 4).slowestMs).toBeLessThan(1.05 * usual.slowestMs);
  });

  it('are of larger blocks: they change nothing while devices are as fast as in gangs', () => {
    const devices = cluster(six);
    gangs(devices, EQUAL, 10);
    const before = devices.shares.forecast(NAMES);
    camerasOf(devices, EQUAL, 30);
    expect(devices.shares.forecast(NAMES)).toBe(before);
  });

  it('count until blocks of gangs say otherwise', () => {
    const devices = cluster(six);
    gangs(devices, EQUAL, 10);
    camerasOf(devices, SLOW, 10);
    expect(speed(devices, 'e2')).toBeCloseTo(1 / 3, 1);
    gangs(devices, EQUAL, 3);
    expect(speed(devices, 'e2')).toBeCloseTo(1, 1);
  });

  it('do not count where they are the first of a device', () => {
    const devices = cluster(six);
    camerasOf(devices, EQUAL.with(0, { slowness: 40 }), 1);
    expect(devices.profiles.isFresh('e0')).toBe(false);
    camerasOf(devices, EQUAL, 3);
    expect(devices.profiles.isFresh('e0')).toBe(true);
    expect(speed(devices, 'e0')).toBeCloseTo(1, 2);
  });

  it('give a device that was in no gang its speed, beside the others', () => {
    const devices = cluster(six);
    for (let frame = 0; frame < 6; frame++) devices.frame(EQUAL.slice(0, 3));
    const models = EQUAL.with(4, { slowness: 2 }).with(5, { slowness: 0.5 });
    camerasOf(devices, models, 5);
    expect(speed(devices, 'e3')).toBeCloseTo(1, 1);
    expect(speed(devices, 'e4')).toBeCloseTo(0.5, 1);
    expect(speed(devices, 'e5')).toBeCloseTo(2, 0);
  });

  it('give the first gang its bands and its predicted time, where none was measured', () => {
    const devices = cluster(six);
    camerasOf(devices, SLOW, 5);
    const equal = frameOf(six, bandsOf([1, 1, 1, 1, 1, 1]), SLOW).slowestMs;
    expect(devices.frame(SLOW).slowestMs).toBeLessThan(0.5 * equal);
    const alone = frameOf(six, bandsOf([1]), EQUAL).slowestMs;
    expect(wholeMs(devices) / alone).toBeGreaterThan(0.8);
    expect(wholeMs(devices) / alone).toBeLessThan(1.05);
  });

  it('tell of devices that all become slow', () => {
    const devices = cluster(six);
    gangs(devices, EQUAL, 10);
    const before = wholeMs(devices);
    camerasOf(
      devices,
      EQUAL.map(() => ({ slowness: 3 })),
      5,
    );
    expect(wholeMs(devices) / before).toBeGreaterThan(1.8);
    expect(speed(devices, 'e2')).toBeCloseTo(1, 2);
  });

  it.each([1, 2, 3, 4])('leave speeds as they are where times vary by 20 %% (%i)', (seed) => {
    const random = seededRandom(seed);
    const devices = cluster(six, () => 0.8 + 0.4 * random());
    gangs(devices, EQUAL, 20);
    let before = devices.shares.forecast(NAMES);
    let changes = 0;
    for (let round = 0; round < 100; round++) {
      camerasOf(devices, EQUAL, 1);
      const now = devices.shares.forecast(NAMES);
      if (now !== before) changes++;
      before = now;
      for (const device of NAMES) expect(Math.abs(now.speeds.get(device)! - 1)).toBeLessThan(0.2);
      const needs = { waiting: 1, arriving: 0, load: 0, running: [], free: NAMES, forecast: now };
      expect(chooseGangs(needs)[0]).toHaveLength(6);
    }
    expect(changes).toBeLessThan(5);
  });
});
