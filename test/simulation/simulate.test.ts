import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bandsOf } from '../../server/geometry/gang/bands.js';
import { gangBytes, planLayerGang } from '../../server/geometry/gang/layer-gang.js';
import { parseGrid } from '../../server/geometry/grid.js';
import { planCost } from '../../server/geometry/plan-cost.js';
import { wholeMap } from '../../server/geometry/region.js';
import { cutTile } from '../../server/geometry/reuse/tile-cut.js';
import { STRATEGIES } from '../../server/scheduling/strategies/strategy.js';
import type { CostModel } from '../../server/simulation/cost-model.js';
import { type Simulation, simulate } from '../../server/simulation/simulate.js';
import type { SimulationSettings } from '../../server/simulation/simulation-settings.js';
import { planLayers } from '../geometry/chain-graphs.js';
import { yolov2Chain } from '../geometry/layer-chains.js';
import { propertyRuns } from '../support/property-runs.js';
import { bareSettings, MACS_PER_MS } from './small-simulation.js';

const yolov2 = yolov2Chain();
const planOf = (grid: string, depth = 16) => planLayers(yolov2, depth, parseGrid(grid));

const COSTS: CostModel = {
  engine: { callMs: 0.2, macsPerMs: 30_000_000 },
  segments: [{ nodes: ['layer 0', 'layer 1'], callMs: 0.5, macsPerMs: 10_000_000 }],
  inBlocks: { stages: 1, layers: 1.5 },
  tileMs: 1,
  frameMs: 0,
  assemblyMsPerMiB: 0.5,
  request: { clientMs: 0.3, serverMs: 0.3, msPerMiB: 0.5, questionBytes: 250, answerBytes: 200 },
  letterboxMs: 20,
  remaining: { callMs: 1, macsPerMs: 40_000_000 },
};
const FAST = { medium: 'switched', bytesPerMs: 6_250, latencyMs: 0.2 } as const;

/** Settings as real clusters have them. */
function realistic(grid: string, devices: number, changes: Partial<SimulationSettings> = {}): SimulationSettings {
  const ahead = { prefetch: 1, aheadMs: 6, overlap: { via: 'peer', policy: 'cost', allSides: false } as const };
  return bareSettings(planOf(grid), devices, { costs: COSTS, network: FAST, ...ahead, ...changes });
}

/** Every part of each frame has counted once. */
function expectConserved(simulation: Simulation, { devices, plan, strategy }: SimulationSettings): void {
  for (const { counted, endedMs, parts, state } of simulation.frames) {
    expect(state).toBe('complete');
    expect(endedMs).not.toBeNull();
    expect([...counted.values()].every((times) => times === 1)).toBe(true);
    if (strategy === 'auto' || strategy === 'gang' || strategy === 'whole') {
      expect(counted.size).toBeLessThanOrEqual(strategy === 'whole' ? 1 : devices.length);
      expect(counted.size).toBeGreaterThan(0);
    } else if (strategy === 'modnn')
      expect(counted.size).toBe(Math.min(devices.length, plan.chain!.maps.at(-1)!.height));
    else expect(counted.size).toBe(plan.tiles.length);
    expect([...parts.values()].reduce((sum, count) => sum + count, 0)).toBe(counted.size);
  }
}

describe('a simulated cluster', () => {
  it('ends every frame once and counts every tile once, whatever it is made of', () => {
    fc.assert(
      fc.property(
        fc.record({
          grid: fc.constantFrom('1x1', '2x3', '4x4'),
          devices: fc.integer({ min: 1, max: 7 }),
          strategy: fc.constantFrom(...STRATEGIES),
          order: fc.constantFrom('adaptive', 'paper'),
          prefetch: fc.integer({ min: 0, max: 2 }),
          via: fc.constantFrom('peer', 'gateway'),
          policy: fc.constantFrom('always', 'cost', 'never'),
          allSides: fc.boolean(),
          waitMs: fc.constantFrom(0, 20_000),
          medium: fc.constantFrom('shared', 'switched'),
          bytesPerMs: fc.constantFrom(600, 6_000, Number.POSITIVE_INFINITY),
          share: fc.constantFrom(0.05, 0.25, 1),
          periodMs: fc.constantFrom(0, 20),
          cores: fc.constantFrom(1, 2),
          sources: fc.integer({ min: 1, max: 3 }),
          seed: fc.integer(),
        }),
        ({
          grid,
          devices,
          via,
          policy,
          allSides,
          waitMs,
          medium,
          bytesPerMs,
          share,
          periodMs,
          cores,
          sources,
          ...rest
        }) => {
          const bare = bareSettings(planOf(grid, 8), devices, {
            ...{ costs: COSTS, network: { medium, bytesPerMs, latencyMs: 0.2 }, aheadMs: 6, ...rest },
            ...{ overlap: { via, policy, allSides }, steal: { waitMs, pollMs: 100 } },
          });
          const ids = bare.devices.map(({ id }) => id).slice(0, sources);
          const settings: SimulationSettings = {
            ...bare,
            devices: bare.devices.map((device) => ({ ...device, cpu: { share, periodMs, cores } })),
            arrivals: { kind: 'one-by-one', sources: ids, frames: 4, pictureBytes: 90_000 },
            ledger: { ...bare.ledger, frameTimeoutMs: 1e9, lostAfterMs: 1e9, leaseWaitingMs: 1e9, missingMs: 1e9 },
          };
          const simulation = simulate(settings);
          expect(simulation.frames).toHaveLength(4);
          expectConserved(simulation, settings);
          for (const { utilisation } of simulation.nodes) expect(utilisation).toBeLessThan(1 + 1e-6 + cores);
        },
      ),
      { numRuns: propertyRuns(25) },
    );
  });

  // Found by the property above: the lease knew how long a tile is computed, not how long its result travels.
  it('loses no frame on links where results take longer than the shortest lease', () => {
    const plan = planOf('2x3', 8);
    const settings = bareSettings(plan, 6, {
      ...{ costs: COSTS, network: { medium: 'switched', bytesPerMs: 600, latencyMs: 0.2 }, aheadMs: 6, prefetch: 1 },
      overlap: { via: 'peer', policy: 'always', allSides: false },
      arrivals: { kind: 'one-by-one', sources: ['e0', 'e1'], frames: 4, pictureBytes: 90_000 },
      seed: -116326439,
    });
    const simulation = simulate(settings);
    expectConserved(simulation, settings);
    const resultMs = simulation.frames[0]!.bytes.result / 600;
    expect(resultMs).toBeGreaterThan(2 * settings.ledger.leaseFloorMs);
  });

  it('is the same for the same seed', () => {
    const run = (seed: number) => {
      const arrivals = { kind: 'one-by-one', sources: ['e0', 'e3'], frames: 4, pictureBytes: 90_000 } as const;
      return JSON.stringify(simulate(realistic('3x3', 4, { arrivals, seed })));
    };
    expect(run(7)).toBe(run(7));
    expect(run(7)).not.toBe(run(8));
  });

  it('takes one device as long as its multiply-accumulates, when nothing else costs anything', () => {
    const plan = planOf('4x4');
    const whole = plan.tiles.reduce((sum, { tileId }) => sum + cutTile(plan, tileId).macs, 0);
    const { mergedMs, sourcedMs, macs } = simulate(bareSettings(plan, 1, { strategy: 'ftp-wst' })).frames[0]!;
    expect(macs).toBe(whole);
    expect(mergedMs! - sourcedMs!).toBe(whole / MACS_PER_MS);
  });

  it('computes nothing twice with MoDNN, and as much as without reuse with work sharing', () => {
    const { frames, neededMacs } = simulate(realistic('3x3', 4, { strategy: 'modnn' }));
    expect(frames[0]!.macs).toBe(neededMacs);
    const shared = simulate(realistic('3x3', 4, { strategy: 'ftp-wsh' }));
    const { macs } = planCost(planOf('3x3'), { inputBytesPerValue: 1, outputBytesPerValue: 4 });
    expect(shared.frames[0]!.macs).toBe(macs);
  });

  it('is slower on a slower link, with slower processors, and where requests cost more', () => {
    const endOf = (changes: Partial<SimulationSettings>) => {
      const { mergedMs, sourcedMs } = simulate(realistic('3x3', 4, changes)).frames[0]!;
      return mergedMs! - sourcedMs!;
    };
    const usual = endOf({});
    expect(endOf({ network: { ...FAST, bytesPerMs: 600 } })).toBeGreaterThan(usual);
    expect(endOf({ network: { ...FAST, medium: 'shared', bytesPerMs: 1_200 } })).toBeGreaterThan(usual);
    const request = { ...COSTS.request, clientMs: 10, serverMs: 10 };
    expect(endOf({ costs: { ...COSTS, request } })).toBeGreaterThan(usual);
    const slow = realistic('3x3', 4).devices.map((device) => ({
      ...device,
      cpu: { share: 0.25, periodMs: 0, cores: 1 },
    }));
    expect(endOf({ devices: slow })).toBeGreaterThan(2 * usual);
  });
});

describe('bytes of a frame', () => {
  /** What bodies put around their values: facts and names. */
  const HEADERS = 4_000;
  const bytesOf = (strategy: SimulationSettings['strategy'], devices: number) =>
    simulate(realistic('5x5', devices, { strategy })).frames[0]!.bytes;

  it('are those of the geometry with work sharing: the frame, every tile’s input, the output', () => {
    const { frame, input, overlap, result } = bytesOf('ftp-wsh', 6);
    const cost = planCost(planOf('5x5'), { inputBytesPerValue: 1, outputBytesPerValue: 4 });
    expect(frame - cost.frameBytes).toBeLessThan(HEADERS);
    for (const [sent, values] of [
      [input, cost.inputBytes],
      [result, cost.outputBytes],
    ] as const) {
      expect(sent).toBeGreaterThan(values);
      expect(sent - values).toBeLessThan(25 * 1_000);
    }
    expect(overlap).toBe(0);
  });

  it('grow linearly with the devices with MoDNN, as its plan says', () => {
    const plan = planOf('5x5');
    const overlaps = [2, 3, 4, 5].map((devices) => {
      const { overlap, input, result } = bytesOf('modnn', devices);
      const bands = bandsOf(Array.from({ length: devices }, () => 1));
      const values = gangBytes(planLayerGang(plan.chain!), bands, { inputBytesPerValue: 1, mapBytesPerValue: 4 });
      // A task and a result for each block, and strips after each layer, with their facts.
      const facts = 2 * 16 * devices * 800;
      for (const [sent, exact] of [
        [overlap, 2 * values.strips],
        [input, values.input],
        [result, values.result],
      ] as const) {
        expect(sent).toBeGreaterThanOrEqual(exact);
        expect(sent - exact).toBeLessThan(facts);
      }
      return overlap;
    });
    const steps = overlaps.slice(1).map((bytes, index) => bytes - overlaps[index]!);
    expect(Math.max(...steps) / Math.min(...steps)).toBeLessThan(1.25);
    expect(wholeMap(plan.maps[0]!)).toEqual({ x0: 0, x1: 608, y0: 0, y1: 608 });
  });
});

it('copes with a thousand devices without slowing down for each', () => {
  const run = (devices: number) => {
    const bare = realistic('3x3', devices, { strategy: 'ftp-wst-s' });
    const sources = bare.devices.map(({ id }) => id).slice(0, 10);
    return simulate({ ...bare, arrivals: { kind: 'one-by-one', sources, frames: 20, pictureBytes: 90_000 } });
  };
  const simulation = run(1_000);
  expect(simulation.frames.every(({ state }) => state === 'complete')).toBe(true);
  expect(simulation.events).toBeLessThan(40 * run(100).events);
});
