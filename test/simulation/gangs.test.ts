import { describe, expect, it } from 'vitest';
import { combinationSettings } from '../../server/cli/bench/simulate/simulated-combinations.js';
import { loadCosts } from '../../server/evaluation/simulate/calibration.js';
import { bandsOf } from '../../server/geometry/gang/bands.js';
import { memberCosts } from '../../server/geometry/gang/gang-blocks.js';
import type { StrategyName } from '../../server/scheduling/strategies/strategy.js';
import { simulate } from '../../server/simulation/simulate.js';
import type { SimulationSettings } from '../../server/simulation/simulation-settings.js';
import { planLayers } from '../geometry/chain-graphs.js';
import { yolov2Chain } from '../geometry/layer-chains.js';
import { bareSettings, MACS_PER_MS } from './small-simulation.js';

const MBIT = 125;
const PICTURE_BYTES = 105_000;

/** YOLOv2 on hosts of a quarter of a core, with what a typical core takes. */
async function yolov2(
  strategy: StrategyName,
  devices: number,
  changes: Partial<SimulationSettings> = {},
  sections: Readonly<Record<string, unknown>> = {},
) {
  const { costs } = await loadCosts(null, '');
  const settings = await combinationSettings(
    {
      ...{ devices, strategy, grid: '5x5', sources: 1, frames: 3, warmup: 3, cpu: [0.25], gatewayCpu: 0.25 },
      ...{
        model: { name: 'yolov2', weights: 'synthetic' },
        depth: 16,
        maps: 'f32',
        sections,
        arrivals: { kind: 'one-by-one' },
      },
      bytesPerMs: 1_000 * MBIT,
    },
    {
      ...{ cpuPeriodMs: 20, medium: 'switched', latencyMs: 0.1, pictureBytes: PICTURE_BYTES, seed: 1 },
      pictureSize: { width: 1920, height: 1280 },
    },
    costs,
  );
  const { frames, neededMacs } = simulate({ ...settings, ...changes });
  for (const { state } of frames) expect(state).toBe('complete');
  const { bytes, endedMs, macs, parts, submittedMs } = frames.at(-1)!;
  return { ms: endedMs! - submittedMs, bytes, ratio: macs / neededMacs, parts, settings };
}

describe('a simulated gang', () => {
  it('of one device takes what a whole frame takes', async () => {
    const [gang, whole] = [await yolov2('gang', 1), await yolov2('whole', 1)];
    expect(gang.ms / whole.ms).toBeCloseTo(1, 2);
    expect(gang.ratio).toBe(1);
    expect(gang.bytes.overlap).toBe(0);
  });

  it('of six is two to five times as fast as one device at 1 Gbit/s, and slower on slow links', async () => {
    const [six, one] = [await yolov2('gang', 6), await yolov2('whole', 6)];
    expect(six.parts.size).toBe(6);
    expect(one.parts.size).toBe(1);
    expect(one.ms / six.ms).toBeGreaterThan(2);
    expect(one.ms / six.ms).toBeLessThan(5);
    const network = { medium: 'switched', bytesPerMs: 20 * MBIT, latencyMs: 0.1 } as const;
    const slow = await yolov2('gang', 6, { network });
    expect(slow.ms).toBeGreaterThan(1.1 * six.ms);
  });

  it('has the gateway as a member where it computes', async () => {
    const [two, three] = [await yolov2('gang', 2), await yolov2('gang', 2, {}, { gateway: { compute: true } })];
    expect([...three.parts.keys()].sort()).toEqual(['e0', 'e1', 'gateway']);
    expect(two.ms / three.ms).toBeGreaterThan(1.2);
    expect(two.ms / three.ms).toBeLessThan(1.5);
    // It gets its picture, and hands over its strips, in messages as the others do.
    expect(three.bytes.input).toBeGreaterThan(3 * PICTURE_BYTES);
  });

  it('sends the picture to each member, strips once, and boxes back', async () => {
    const { bytes, settings } = await yolov2('gang', 6);
    const { gang } = settings.gangs;
    expect(bytes.picture).toBe(0);
    expect(bytes.frame).toBe(0);
    expect(bytes.input - 6 * PICTURE_BYTES).toBeGreaterThan(0);
    expect(bytes.input - 6 * PICTURE_BYTES).toBeLessThan(6 * 1_500);
    expect(bytes.result).toBeLessThan(6 * 4_000);
    const bands = bandsOf([1, 1, 1, 1, 1, 1]);
    const values = [0, 1, 2, 3, 4, 5].reduce((sum, member) => sum + memberCosts(gang, bands, member).stripValues, 0);
    expect(bytes.overlap / (4 * values)).toBeCloseTo(1, 0);
  });

  it('has less rows for a slower device', async () => {
    const { settings } = await yolov2('gang', 2);
    const [fast, slow] = settings.devices;
    const unequal = [fast!, { ...slow!, cpu: { ...slow!.cpu, share: fast!.cpu.share / 2 } }];
    const arrivals = { kind: 'one-by-one', sources: ['e0'], frames: 12, pictureBytes: PICTURE_BYTES } as const;
    const equally = simulate({ ...settings, arrivals, warmUp: 0 });
    const { frames } = simulate({ ...settings, arrivals, devices: unequal, warmUp: 0 });
    const msOf = ({ endedMs, submittedMs }: (typeof frames)[number]) => endedMs! - submittedMs;
    // One and a half devices: at least 1.33 times as long as two, where shares were equal it would be twice.
    const ratio = msOf(frames.at(-1)!) / msOf(equally.frames.at(-1)!);
    expect(ratio).toBeGreaterThan(1.15);
    expect(ratio).toBeLessThan(1.7);
  });
});

describe('a simulated gateway', () => {
  const plan = planLayers(yolov2Chain(), 8, { rows: 1, columns: 1 });
  const settingsOf = (devices: number, whenIdle: boolean) => {
    const bare = bareSettings(plan, devices, { strategy: 'whole' });
    const together = [0, 0].map((atMs) => ({ atMs, source: 'e0' }));
    return {
      ...bare,
      arrivals: { kind: 'timed', frames: together, pictureBytes: PICTURE_BYTES },
      ledger: { ...bare.ledger, gatewayComputes: { aloneAfterMs: 0, whenIdle } },
    } as const;
  };

  it('computes a whole frame while devices are busy and it is not, where it is to', () => {
    const [first, second] = simulate(settingsOf(1, true)).frames;
    expect([...first!.parts.keys()]).toEqual(['e0']);
    expect([...second!.parts.keys()]).toEqual(['gateway']);
    const { frames } = simulate(settingsOf(1, false));
    expect(frames.map(({ parts }) => [...parts.keys()])).toEqual([['e0'], ['e0']]);
  });

  it('computes all frames where there are no devices', () => {
    const { frames } = simulate(settingsOf(0, false));
    expect(frames.map(({ state }) => state)).toEqual(['complete', 'complete']);
    expect(frames[0]!.endedMs! - frames[0]!.submittedMs).toBeCloseTo(plan.stage.macs / MACS_PER_MS, 6);
  });
});
