import { describe, expect, it } from 'vitest';
import { chooseGangs, type GangNeeds } from '../../../server/scheduling/gang/choose-gangs.js';
import type { GangForecast } from '../../../server/scheduling/gang/gang-forecast.js';
import {
  corrected,
  type GangOverheads,
  NO_OVERHEADS,
  withFrame,
} from '../../../server/scheduling/gang/gang-overheads.js';
import { loadAt } from '../../../server/scheduling/gang/open-load.js';

const SIX = ['e0', 'e1', 'e2', 'e3', 'e4', 'e5'];
/** Measured on test hosts (docs/gangs.md). */
const YOLOV2: GangForecast = { sizesMs: [3120, 2010, 1450, 1250, 1120, 1040], speeds: new Map() };

function sizes(needs: Partial<GangNeeds>): readonly number[] {
  return choose(needs).map(({ length }) => length);
}

function choose(needs: Partial<GangNeeds>) {
  return chooseGangs({ waiting: 1, arriving: 0, load: 0, running: [], free: SIX, forecast: YOLOV2, ...needs });
}

const running = (devices: readonly string[], endsInMs = 500) => ({ devices, endsInMs });

describe('gangs of equal devices', () => {
  it('are as large as those of devices that differ by next to nothing', () => {
    const names = Array.from({ length: 30 }, (_, i) => `e${i}`).sort();
    for (let count = 1; count <= names.length; count++) {
      const free = names.slice(0, count);
      const sizesMs = free.slice(0, 13).map((_, i) => 1000 / (i + 1) + 7 * count + 11 * i);
      for (let waiting = 1; waiting <= count; waiting++) {
        const equal = sizes({ waiting, free, forecast: { sizesMs, speeds: new Map() } });
        const speeds = new Map([[free[0]!, 1 + 1e-9]]);
        expect(sizes({ waiting, free, forecast: { sizesMs, speeds } })).toEqual(equal);
      }
    }
  });

  it('are one of all for one frame, one device each under load, and groups between', () => {
    expect(sizes({ waiting: 1 })).toEqual([6]);
    expect(sizes({ waiting: 2 })).toEqual([3, 3]);
    expect(sizes({ waiting: 3 })).toEqual([2, 2, 2]);
    expect(sizes({ waiting: 6 })).toEqual([1, 1, 1, 1, 1, 1]);
    expect(sizes({ waiting: 20 })).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('leave devices to the frames that are expected, when several have been open lately', () => {
    expect(sizes({ waiting: 1, load: 1.9 })).toEqual([3]);
    expect(sizes({ waiting: 1, load: 6 })).toEqual([1]);
    expect(sizes({ waiting: 1, load: 1.2 })).toEqual([6]);
  });

  it('leave devices to the frames whose pictures are arriving', () => {
    expect(sizes({ waiting: 1, arriving: 1 })).toEqual([3]);
    expect(sizes({ waiting: 1, arriving: 5 })).toEqual([1]);
    expect(sizes({ waiting: 2, arriving: 1 })).toEqual([2, 2]);
    expect(sizes({ waiting: 1, arriving: 2, free: SIX.slice(2), running: [running(SIX.slice(0, 2))] })).toEqual([2]);
  });

  it('are formed of the devices that are free, beside those that compute', () => {
    const free = SIX.slice(3);
    expect(choose({ free, running: [running(SIX.slice(0, 3))] })).toEqual([free]);
    expect(sizes({ waiting: 4, free: ['e5'], running: SIX.slice(0, 5).map((one) => running([one])) })).toEqual([1]);
  });

  it('are all of one device where several take longer', () => {
    const forecast = { sizesMs: [100, 110, 120, 130, 140, 150], speeds: new Map() };
    expect(sizes({ forecast })).toEqual([1]);
    expect(sizes({ forecast, waiting: 3 })).toEqual([1, 1, 1]);
  });

  it('are no more than the sizes that help', () => {
    const forecast = { sizesMs: [205, 157, 138, 131, 133, 140], speeds: new Map() };
    expect(sizes({ forecast })).toEqual([4]);
  });
});

describe('a frame', () => {
  const busy = SIX.slice(0, 5);

  it('waits for more devices, where it is done earlier then', () => {
    expect(sizes({ free: ['e5'], running: [running(busy, 300)] })).toEqual([]);
    expect(sizes({ free: ['e5'], running: [running(busy, 2900)] })).toEqual([1]);
  });

  it('does not wait for a gang that is late', () => {
    expect(sizes({ free: ['e5'], running: [running(busy, -1)] })).toEqual([1]);
  });

  it('does not wait for more than its share', () => {
    expect(sizes({ free: SIX.slice(3), load: 2, running: [running(SIX.slice(0, 3), 100)] })).toEqual([3]);
  });
});

describe('gangs of unequal devices', () => {
  const speeds = new Map([
    ['e0', 1],
    ['e1', 0.25],
  ]);
  const forecast = { sizesMs: [1000, 600], speeds };

  it('do without a device that slows them down', () => {
    expect(choose({ free: ['e0', 'e1'], forecast })).toEqual([['e0', 'e1']]);
    expect(choose({ free: ['e0', 'e1'], forecast: { ...forecast, sizesMs: [1000, 700] } })).toEqual([['e0']]);
  });

  it('are about equally fast: slow devices go together', () => {
    const mixed = new Map([
      ['e0', 1],
      ['e1', 0.5],
      ['e2', 0.5],
    ]);
    const ideal = { sizesMs: [1000, 500, 333], speeds: mixed };
    expect(choose({ waiting: 2, free: ['e0', 'e1', 'e2'], forecast: ideal })).toHaveLength(1);
    const dear = { sizesMs: [1000, 550, 450], speeds: mixed };
    expect(choose({ waiting: 2, free: ['e0', 'e1', 'e2'], forecast: dear })).toEqual([['e0'], ['e1', 'e2']]);
  });
});

describe('predicted times', () => {
  const forecast: GangForecast = { sizesMs: [1000, 550, 400, 320, 280, 250], speeds: new Map() };
  const measured = (frames: readonly (readonly [size: number, tookMs: number])[], before = NO_OVERHEADS) =>
    frames.reduce((sums, [size, tookMs]) => withFrame(sums, forecast, SIX.slice(0, size), tookMs), before);
  const times = (sums: GangOverheads) => corrected(forecast, sums).sizesMs.map((ms) => Math.round(ms));
  const often = (...frames: (readonly [number, number])[]) => Array.from({ length: 30 }, () => frames).flat();

  it('have a little overhead for each device before a frame was measured', () => {
    expect(times(NO_OVERHEADS)).toEqual([1010, 570, 430, 360, 330, 310]);
  });

  it('follow what frames took, and tell of other sizes by it', () => {
    const sums = measured(often([1, 1050], [6, 550]));
    const [one, two, , , , six] = times(sums);
    expect(one).toBeGreaterThan(1040);
    expect(one).toBeLessThan(1070);
    expect(six).toBeGreaterThan(510);
    expect(six).toBeLessThan(560);
    // On a line between 50 and 300 ms.
    expect(two! - 550).toBeGreaterThan(80);
    expect(two! - 550).toBeLessThan(110);
    expect(choose({ forecast: corrected(forecast, sums) })[0]).toHaveLength(4);
  });

  it('follow a link that has become fast again', () => {
    const sums = measured([...often([4, 330]), ...often([4, 330])], measured(often([1, 1050], [6, 550])));
    expect(times(sums)[3]).toBeLessThan(350);
  });

  it('stay as they are where times vary by chance', () => {
    const before = times(NO_OVERHEADS)[0]!;
    const frames = often([1, 800], [1, 1220], [1, 1220], [1, 800]);
    expect(Math.abs(times(measured(frames))[0]! - before)).toBeLessThan(15);
  });

  it('are below what devices were predicted to be busy where frames took less, within a bound', () => {
    expect(times(measured(often([1, 900])))[0]).toBeLessThan(910);
    expect(times(measured(often([1, 100])))[0]).toBeGreaterThanOrEqual(750);
  });

  it('take little harm from a frame during which the model was loaded', () => {
    expect(times(measured([[1, 40_000]]))[0]).toBeLessThan(1300);
  });
});

it('the load follows the open frames, and forgets', () => {
  const start = { frames: 0, atMs: 0 };
  const later = loadAt(start, 2, 1000, 1000);
  expect(later.frames).toBeCloseTo(2 * (1 - Math.exp(-1)));
  expect(loadAt(later, 0, 9000, 1000).frames).toBeLessThan(0.01);
});
