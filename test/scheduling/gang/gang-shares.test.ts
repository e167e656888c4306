import { describe, expect, it } from 'vitest';
import { BandWork } from '../../../server/geometry/gang/band-work.js';
import { bandsOf } from '../../../server/geometry/gang/bands.js';
import { seededRandom } from '../../../server/model/seeded-random.js';
import { cluster, frameOf, gangOf, type ModelDevice } from './model-devices.js';

const six = await gangOf('yolov2', 6);
const two = await gangOf('yolov2', 2);

const devices = (...slowness: readonly number[]): readonly ModelDevice[] => slowness.map((one) => ({ slowness: one }));

/** Runs frames until the bands must have settled. */
function settle({ frame }: ReturnType<typeof cluster>, models: readonly ModelDevice[], frames = 6) {
  let last = frame(models);
  for (let i = 1; i < frames; i++) last = frame(models);
  return last;
}

describe('shares by what stages took', () => {
  it('are equal at first, and for equal devices', () => {
    const gang = cluster(six);
    const first = gang.frame(devices(1, 1, 1, 1, 1, 1));
    expect(first.bands).toEqual(bandsOf([1, 1, 1, 1, 1, 1]));
    expect(settle(gang, devices(1, 1, 1, 1, 1, 1)).slowestMs).toBeLessThanOrEqual(first.slowestMs);
  });

  it('do not follow the first frame, for which engines have yet to load and to warm up', () => {
    const gang = cluster(six);
    gang.frame(devices(1, 1, 1, 9, 1, 1));
    expect(gang.frame(devices(1, 1, 1, 1, 1, 1)).bands).toEqual(bandsOf([1, 1, 1, 1, 1, 1]));
    expect(gang.frame(devices(1, 1, 1, 1, 1, 1)).bands).toEqual(bandsOf([1, 1, 1, 1, 1, 1]));
  });

  it('are within 15 % of the ideal for two devices of which one takes four times as long', () => {
    const models = devices(1, 4);
    const { slowestMs } = settle(cluster(two), models, 4);
    let leastMs = Number.POSITIVE_INFINITY;
    for (let at = 50; at < 10_000; at += 50) {
      leastMs = Math.min(leastMs, frameOf(two, bandsOf([at, 10_000 - at]), models).slowestMs);
    }
    expect(slowestMs).toBeLessThan(1.02 * leastMs);
    const alone = frameOf(two, bandsOf([1]), devices(1)).slowestMs;
    // Also of one that has no borders and no rows.
    expect(slowestMs).toBeLessThan(1.15 * (alone / 1.25));
    expect(slowestMs).toBeLessThan(0.45 * frameOf(two, bandsOf([1, 1]), models).slowestMs);
  });

  it('are within 15 % of the ideal for six that are all different', () => {
    const models = devices(1, 1.5, 1, 3, 2, 4);
    const { slowestMs } = settle(cluster(six), models, 4);
    const alone = frameOf(six, bandsOf([1]), devices(1)).slowestMs;
    const speed = models.reduce((sum, { slowness }) => sum + 1 / slowness, 0);
    // Six blocks compute a tenth of the network twice.
    expect(slowestMs).toBeLessThan(1.15 * 1.1 * (alone / speed));
  });

  it('follow stages: a device that is slow in the stem alone gets fewer of its rows than its mean speed tells', () => {
    const models = [{ slowness: 1 }, { slowness: 1, stem: 3 }];
    const { busyMs, slowestMs } = settle(cluster(two), models, 4);
    expect(Math.min(...busyMs)).toBeGreaterThan(0.93 * slowestMs);
  });

  it('move within three frames after a device has become slow, and back', () => {
    const gang = cluster(six);
    const usual = settle(gang, devices(1, 1, 1, 1, 1, 1), 10);
    const slow = devices(1, 1, 3, 1, 1, 1);
    for (let i = 0; i < 3; i++) expect(gang.frame(slow).slowestMs).toBeGreaterThan(2 * usual.slowestMs);
    expect(gang.frame(slow).slowestMs).toBeLessThan(1.3 * usual.slowestMs);
    settle(gang, slow, 5);
    const back = settle(gang, devices(1, 1, 1, 1, 1, 1), 9);
    expect(back.slowestMs).toBeLessThan(1.05 * usual.slowestMs);
  });

  it('stay while measured times are about the same', () => {
    const random = seededRandom(7);
    const gang = cluster(six, () => 0.96 + 0.08 * random());
    const models = devices(1, 1.2, 1, 1.4, 1, 2);
    const seen = Array.from({ length: 60 }, () => JSON.stringify(gang.frame(models).bands));
    const moves = seen.filter((bands, i) => i > 0 && bands !== seen[i - 1]);
    expect(moves.length).toBeLessThanOrEqual(4);
    expect(moves.length).toBeGreaterThan(0);
  });
});

describe('shares of equal devices whose times differ by chance', () => {
  it.each([1, 2, 3, 4])('settle on bands that are right for equal devices, and stay (%i)', (seed) => {
    const random = seededRandom(seed);
    const gang = cluster(six, () => 0.8 + 0.4 * random());
    // The first frames after the start take longer, one device's more than another's.
    const cold = devices(...Array.from({ length: 6 }, () => 1 + random()));
    for (let i = 0; i < 6; i++) gang.frame(cold);
    const models = devices(1, 1, 1, 1, 1, 1);
    settle(gang, models, 20);
    const seen = Array.from({ length: 80 }, () => gang.frame(models).bands);
    const equal = frameOf(six, bandsOf([1, 1, 1, 1, 1, 1]), models);
    for (const bands of new Set(seen)) {
      expect(frameOf(six, bands, models).slowestMs).toBeLessThanOrEqual(1.01 * equal.slowestMs);
    }
    expect(new Set(seen).size).toBeLessThanOrEqual(2);
  });
});

describe('the work of a band', () => {
  it('is worked out once: a search asks for the same bands hundreds of times', () => {
    const work = new BandWork(six);
    const { steps } = work;
    const bands = Array.from({ length: steps }, (_, from) => [from, from + 1 + ((7 * from) % (steps - from))] as const);
    const first = bands.map(([from, to]) => work.of(from, to));
    expect(bands.every(([from, to], i) => work.of(from, to) === first[i])).toBe(true);
    // That of no other band.
    expect(first).toEqual(bands.map(([from, to]) => new BandWork(six).of(from, to)));
  });
});

describe('a device that is too slow to help', () => {
  const models = devices(1, 1, 1, 1, 1, 40);

  it('is left out, with the times that say why', () => {
    const gang = cluster(six);
    const { devices: gone, leftOut, slowestMs } = settle(gang, models);
    expect(gone).toEqual(['e0', 'e1', 'e2', 'e3', 'e4']);
    expect(leftOut).toEqual([expect.objectContaining({ device: 'e5' })]);
    expect(leftOut[0]!.withMs).toBeGreaterThan(2 * leftOut[0]!.withoutMs);
    expect(leftOut[0]!.withoutMs / slowestMs).toBeCloseTo(1, 1);
  });

  it('is in the gang while it helps, however little', () => {
    expect(settle(cluster(six), devices(1, 1, 1, 1, 1, 4)).leftOut).toEqual([]);
    expect(settle(cluster(two), devices(1, 6)).leftOut).toEqual([]);
  });

  it('is not the last one', () => {
    expect(settle(cluster(two), devices(1, 200)).devices).toEqual(['e0']);
    expect(settle(cluster(two), devices(200, 1)).devices).toEqual(['e1']);
  });

  it('is tried again, and comes back when it has become fast', () => {
    const gang = cluster(six);
    const { leftOut } = settle(gang, models);
    const { frames } = leftOut[0]!;
    const equal = devices(1, 1, 1, 1, 1, 1);
    expect(settle(gang, equal, frames - 10).devices).toHaveLength(5);
    const back = settle(gang, equal, 20);
    expect(back.devices).toHaveLength(6);
    expect(back.leftOut).toEqual([]);
    expect(Math.min(...back.busyMs)).toBeGreaterThan(0.7 * back.slowestMs);
  });

  it('costs a twentieth of the time at most by being tried', () => {
    const gang = cluster(six);
    const { slowestMs } = settle(gang, models);
    const frames = 1000;
    let ms = 0;
    for (let i = 0; i < frames; i++) ms += gang.frame(models).slowestMs;
    expect(ms).toBeGreaterThan(frames * slowestMs);
    expect(ms).toBeLessThan(1.05 * frames * slowestMs);
  });

  it('is left out with others that are', () => {
    expect(settle(cluster(six), devices(1, 60, 1, 40, 1, 1), 12).devices).toEqual(['e0', 'e2', 'e4', 'e5']);
  });

  it('helps again where it and others that were left out are the only ones that are there', () => {
    const gang = cluster(six);
    expect(settle(gang, devices(1, 60, 1, 40, 1, 1), 12).leftOut.map(({ device }) => device)).toEqual(['e1', 'e3']);
    gang.helpers.frameDone(['e1', 'e3']);
    expect(gang.helpers.leftOut).toEqual([]);
  });
});
