import { describe, expect, it } from 'vitest';
import { planGraph } from '../../server/geometry/choose-cut.js';
import { chooseEnds } from '../../server/geometry/gang/choose-ends.js';
import { planGang } from '../../server/geometry/gang/gang-plan.js';
import { tileable } from '../../server/graph/cuts.js';
import { totalMacs } from '../../server/graph/macs.js';
import { builtInNetwork } from '../../server/model/built-in/registry.js';
import { leastMs, type PlannerEnvironment } from '../../server/planner/bounds.js';
import { fusedCandidate, fusedCandidates, usefulCuts } from '../../server/planner/fused-candidate.js';
import { oneDevice } from '../../server/planner/one-device.js';
import { predict } from '../../server/planner/prediction.js';
import { type SearchOptions, type SearchResult, searchPlans } from '../../server/planner/search.js';
import { PAPER_STRATEGIES } from '../../server/scheduling/strategies/strategy.js';
import type { CostModel } from '../../server/simulation/cost-model.js';
import { bareSettings, WHOLE_CORE } from '../simulation/small-simulation.js';

const model = builtInNetwork('face-detector');

const COSTS: CostModel = {
  engine: { callMs: 0.1, macsPerMs: 2_000_000 },
  segments: [],
  inBlocks: { stages: 1, layers: 1 },
  tileMs: 0.2,
  frameMs: 0,
  assemblyMsPerMiB: 0.3,
  request: { clientMs: 0.2, serverMs: 0.2, msPerMiB: 0.5, questionBytes: 200, answerBytes: 150 },
  letterboxMs: 10,
  remaining: { callMs: 0.5, macsPerMs: 2_000_000 },
};

function optionsOf(devices: number, changes: Partial<PlannerEnvironment> = {}): SearchOptions {
  const shares = Array.from({ length: devices }, () => 1);
  const network = { medium: 'switched', bytesPerMs: 12_500, latencyMs: 0.2 } as const;
  const environment: PlannerEnvironment = { costs: COSTS, network, shares, gatewayShare: 1, ...changes };
  return {
    ...{ model, environment, memoryBytes: null, isOver: () => false, keep: 3 },
    gang: planGang(model.graph, (stage) => chooseEnds(stage, devices)),
    sources: shares.map((_, index) => `e${index}`),
    settingsOf: (candidate, arrivals) => {
      const { strategy } = candidate;
      const plan = candidate.kind === 'fused' ? candidate.plan : planGraph(model.graph, 8, { rows: 3, columns: 3 });
      const parts = {
        costs: environment.costs,
        network: environment.network,
        strategy,
        arrivals,
        prefetch: 1,
        aheadMs: 6,
      };
      const bare = bareSettings(plan, devices, { ...parts, remainingMacs: plan.remainingMacs });
      return { ...bare, devices: bare.devices.map((device) => ({ ...device, cpu: WHOLE_CORE })) };
    },
  };
}

/** @param most plans to look at; then time is up. */
function search(options: SearchOptions, most: number): SearchResult {
  let seen = 0;
  const bounds = { isOver: () => seen >= most, onProgress: () => void seen++ };
  const steps = searchPlans({ ...options, ...bounds });
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

describe('the plans that a network allows', () => {
  const all = [...fusedCandidates(model, 3)];

  it('are of legal depths, of grids that need not be square, of every strategy and wire format', () => {
    expect(new Set(all.map(({ depth }) => depth))).toEqual(
      new Set(usefulCuts(model.graph, tileable(model.graph)).map(({ layers }) => layers)),
    );
    expect(all.some(({ grid }) => grid.rows === 2 && grid.columns === 5)).toBe(true);
    expect(new Set(all.map(({ strategy }) => strategy))).toEqual(new Set(PAPER_STRATEGIES));
    expect(new Set(all.map(({ maps }) => maps))).toEqual(new Set(['f32', 'f16']));
  });

  it('need less memory the finer they are cut', () => {
    const bytesOf = (rows: number) =>
      fusedCandidate(
        model,
        { kind: 'fused', grid: { rows, columns: rows }, depth: 8, strategy: 'ftp-wst', maps: 'f32' },
        3,
      ).deviceBytes;
    expect(bytesOf(3)).toBeLessThan(bytesOf(1));
    expect(bytesOf(6)).toBeLessThan(bytesOf(3));
  });
});

describe('searching a plan', () => {
  it('finds none faster than the bounds, and the best first', () => {
    const options = optionsOf(4);
    const { best, candidates, pruned, simulated, tooLarge } = search(options, 60);
    expect(best).toHaveLength(3);
    expect(candidates).toBeGreaterThanOrEqual(simulated + pruned + tooLarge);
    for (const prediction of best) {
      const { candidate } = prediction;
      if (candidate.kind === 'fused')
        expect(prediction.latencyMs).toBeGreaterThanOrEqual(leastMs(candidate, options.environment));
      expect(prediction.framesPerSecond).toBeGreaterThan(0);
    }
    const latencies = best.map(({ latencyMs }) => latencyMs);
    // The first one is about as fast as the fastest, and best under load.
    expect(latencies[0]!).toBeLessThanOrEqual(1.05 * Math.min(...latencies));
    const rest = latencies.slice(1);
    expect(rest).toEqual([...rest].sort((a, b) => a - b));
    const coarse = fusedCandidate(
      model,
      { kind: 'fused', grid: { rows: 1, columns: 1 }, depth: 8, strategy: 'ftp-wst', maps: 'f32' },
      4,
    );
    expect(latencies[0]!).toBeLessThan(predict(options.settingsOf, coarse, 'e0')!.latencyMs);
  }, 60_000);

  it('keeps to the memory that devices have', () => {
    const memoryBytes = 3 * 2 ** 20;
    const { best, tooLarge } = search({ ...optionsOf(2), memoryBytes }, 20);
    expect(tooLarge).toBeGreaterThan(0);
    expect(best.length).toBeGreaterThan(0);
    for (const { candidate } of best) expect(candidate.deviceBytes).toBeLessThanOrEqual(memoryBytes);
  }, 60_000);

  it('says what it has when time is up', () => {
    const { best, cutShort } = search(optionsOf(3), 10);
    expect(cutShort).toBe(true);
    expect(best.length).toBeGreaterThan(0);
  }, 60_000);

  it('finds one device alone faster where links are slow', () => {
    const network = { medium: 'shared', bytesPerMs: 20, latencyMs: 5 } as const;
    const { best } = search(optionsOf(2, { network }), 20);
    const alone = oneDevice(model, COSTS, 1);
    expect(alone.latencyMs).toBeLessThan(best[0]!.latencyMs);
  }, 60_000);
});

it('reckons one device alone with every multiply-accumulate of the network once', () => {
  const free = {
    ...COSTS,
    letterboxMs: 0,
    assemblyMsPerMiB: 0,
    engine: { callMs: 0, macsPerMs: 1_000 },
    remaining: { callMs: 0, macsPerMs: 1_000 },
  };
  expect(oneDevice(model, free, 0.5).latencyMs).toBeCloseTo(totalMacs(model.graph) / 1_000 / 0.5, 3);
});
