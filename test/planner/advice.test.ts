import { describe, expect, it } from 'vitest';
import { planGraph } from '../../server/geometry/choose-cut.js';
import { chooseEnds } from '../../server/geometry/gang/choose-ends.js';
import { planGang } from '../../server/geometry/gang/gang-plan.js';
import { builtInNetwork } from '../../server/model/built-in/registry.js';
import { type Advice, type AdviceOptions, adviseOn, sizesUpTo } from '../../server/planner/advice.js';
import { gangCandidate } from '../../server/planner/gang-candidate.js';
import { oneDevice } from '../../server/planner/one-device.js';
import type { Conditions } from '../../server/planner/prediction.js';
import { onlyComputing } from '../../server/simulation/cost-model.js';
import { bareSettings, MACS_PER_MS, WHOLE_CORE } from '../simulation/small-simulation.js';

const model = builtInNetwork('yolov2-tiny');
const plan = planGraph(model.graph, 8, { rows: 3, columns: 3 });
const gang = planGang(model.graph, (stage) => chooseEnds(stage, 4));
const idsOf = (count: number) => Array.from({ length: count }, (_, i) => `e${i}`);

/** Equal devices of whole cores; bodies take as long as the links say, and nothing else costs anything but computing. */
function optionsOf(devices: number, bytesPerMs: number, changes: Partial<AdviceOptions> = {}): AdviceOptions {
  const cpuOf = (speed: number) => ({ ...WHOLE_CORE, share: speed });
  return {
    candidate: gangCandidate(gang, { kind: 'gang', strategy: 'auto', maps: 'f32' }, devices),
    devices,
    devicesOf: idsOf,
    sources: idsOf(devices),
    isOver: () => false,
    settingsOf: (candidate, arrivals, conditions: Conditions = {}) => {
      const { devices: fewer = devices, deviceSpeed = 1, gatewaySpeed = 1, linkSpeed = 1 } = conditions;
      const network = { medium: 'switched', bytesPerMs: linkSpeed * bytesPerMs, latencyMs: 0 } as const;
      const bare = bareSettings(plan, fewer, { arrivals, network, strategy: candidate.strategy });
      return {
        ...bare,
        gangs: { ...bare.gangs, gang },
        devices: bare.devices.map((device) => ({ ...device, cpu: cpuOf(deviceSpeed) })),
        gateway: { ...bare.gateway, cpu: cpuOf(gatewaySpeed) },
      };
    },
    ...changes,
  };
}

function adviceOf(options: AdviceOptions): Advice {
  const steps = adviseOn(options);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value!;
  }
}

const FREE = Number.POSITIVE_INFINITY;

describe('advice on a plan', () => {
  it('says how sizes of the cluster do, one frame at a time and under load', () => {
    const { cutShort, sizes } = adviceOf(optionsOf(4, FREE));
    expect(cutShort).toBe(false);
    expect(sizes.map(({ devices }) => devices)).toEqual([1, 2, 3, 4]);
    const [one, , , four] = sizes;
    // A device alone takes what the network takes on one core.
    expect(one!.latencyMs).toBeCloseTo(oneDevice(model, onlyComputing(MACS_PER_MS), 1).latencyMs, 0);
    expect(four!.latencyMs).toBeLessThan(one!.latencyMs / 1.5);
    expect(four!.load!.devicesPerFrame).toBe(1);
    // The first frames, before the load is known, are computed by several devices.
    const factor = four!.load!.framesPerSecond / one!.load!.framesPerSecond;
    expect(factor).toBeGreaterThan(3.5);
    expect(factor).toBeLessThanOrEqual(4.01);
  });

  it('finds that processors bound a cluster with free links', () => {
    const { gains, loadGains } = adviceOf(optionsOf(3, FREE));
    expect(gains[0]!.part).toBe('devices');
    expect(gains[0]!.factor).toBeCloseTo(2, 1);
    expect(gains.find(({ part }) => part === 'links')!.factor).toBeCloseTo(1, 6);
    expect(loadGains[0]!.part).toBe('devices');
  });

  it('finds that links bound a cluster with slow ones', () => {
    const { gains } = adviceOf(optionsOf(3, 20));
    expect(gains[0]!.part).toBe('links');
    expect(gains[0]!.factor).toBeGreaterThan(1.5);
  });

  it('is the same each time', () => {
    expect(adviceOf(optionsOf(3, 1_000))).toEqual(adviceOf(optionsOf(3, 1_000)));
  });

  it('ends when time is up, with the whole cluster and one device at least', () => {
    const advice = adviceOf(optionsOf(4, FREE, { isOver: () => true }));
    expect(advice).toMatchObject({ cutShort: true, gains: [], loadGains: [] });
    expect(advice.sizes.map(({ devices, load }) => [devices, load])).toEqual([
      [1, null],
      [4, null],
    ]);
  });

  it('looks at one device alone', () => {
    const { cutShort, sizes } = adviceOf(optionsOf(1, FREE));
    expect([cutShort, sizes.map(({ devices }) => devices)]).toEqual([false, [1]]);
  });
});

it.each([
  [1, [1]],
  [6, [1, 2, 3, 4, 6]],
  [7, [1, 2, 3, 4, 6, 7]],
  [30, [1, 2, 3, 4, 6, 8, 12, 15, 16, 24, 30]],
])('looks at some sizes up to %i', (devices, sizes) => {
  expect(sizesUpTo(devices)).toEqual(sizes);
});
