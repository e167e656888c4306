import { describe, expect, it } from 'vitest';
import { resolveClusterConfig } from '../../server/config/load.js';
import { STRATEGIES } from '../../server/scheduling/strategies/strategy.js';
import { clusterYaml, drawShape } from './cluster-shape.js';
import { Draws } from './draws.js';
import { FAULT_NAMES, type FaultName } from './faults.js';
import { drawPlan } from './plan.js';

const SEEDS = Array.from({ length: 300 }, (_, seed) => seed);
const PLANS = SEEDS.map((seed) => drawPlan(seed, FAULT_NAMES));

describe('a plan', () => {
  it('follows from its seed alone', () => {
    for (const seed of SEEDS.slice(0, 20)) expect(drawPlan(seed, FAULT_NAMES)).toEqual(drawPlan(seed, FAULT_NAMES));
    expect(new Set(PLANS.map((plan) => JSON.stringify(plan.actions))).size).toBe(SEEDS.length);
  });

  it('comes by every fault, at devices and at the gateway, and only by those that are asked for', () => {
    const faults = PLANS.flatMap(({ actions }) => actions.filter((action) => action.kind !== 'submit'));
    expect(new Set(faults.map(({ fault }) => fault))).toEqual(new Set(FAULT_NAMES));
    expect(faults.some(({ kind, node }) => kind === 'traffic' && node === 'gateway')).toBe(true);
    expect(faults.some(({ kind, node }) => kind === 'traffic' && node !== 'gateway')).toBe(true);
    const only: FaultName[] = ['stall'];
    for (const seed of SEEDS.slice(0, 20)) {
      const some = drawPlan(seed, only).actions.filter((action) => action.kind !== 'submit');
      expect(some.length).toBeGreaterThan(0);
      expect(some.every(({ fault }) => fault === 'stall')).toBe(true);
    }
  });

  it('stops or freezes no process twice, and speaks of nodes that there are only', () => {
    for (const { actions, devices } of PLANS) {
      const faults = actions.filter((action) => action.kind !== 'submit');
      const stopped = faults.filter(({ kind }) => ['kill', 'freeze', 'restart'].includes(kind)).map(({ node }) => node);
      expect(new Set(stopped).size).toBe(stopped.length);
      for (const { node } of faults) expect(['gateway', ...devices]).toContain(node);
      expect(actions.map(({ atMs }) => atMs)).toEqual(actions.map(({ atMs }) => atMs).sort((a, b) => a - b));
    }
  });

  it('posts pictures to the gateway and to devices, some with a source, a strategy, or a wait', () => {
    const posts = PLANS.flatMap(({ actions }) => actions.filter((action) => action.kind === 'submit'));
    for (const some of [
      posts.filter(({ to }) => to === 'gateway'),
      posts.filter(({ to }) => to !== 'gateway'),
      posts.filter(({ source }) => source !== null),
      posts.filter(({ strategy }) => strategy !== null),
      posts.filter(({ wait }) => wait > 0),
    ]) {
      expect(some.length).toBeGreaterThan(posts.length / 20);
    }
    expect(new Set(posts.map(({ strategy }) => strategy))).toEqual(new Set([null, ...STRATEGIES]));
  });

  it('has clusters and frames of the strategies that are asked for only', () => {
    const plans = SEEDS.map((seed) => drawPlan(seed, FAULT_NAMES, ['gang', 'whole']));
    expect(new Set(plans.map(({ shape }) => shape.strategy))).toEqual(new Set(['gang', 'whole']));
    const posts = plans.flatMap(({ actions }) => actions.filter((action) => action.kind === 'submit'));
    expect(new Set(posts.map(({ strategy }) => strategy))).toEqual(new Set([null, 'gang', 'whole']));
  });
});

describe('a shape', () => {
  it('is a cluster.yaml without a mistake, whatever is drawn', async () => {
    const shapes = new Set<string>();
    for (const seed of SEEDS) {
      const shape = drawShape(new Draws(seed, 1));
      const ports = Array.from({ length: shape.devices }, (_, i) => ({ address: 2_000 + i, listen: 3_000 + i }));
      const yaml = clusterYaml(shape, { address: 1_999, listen: 2_999 }, ports);
      const config = await resolveClusterConfig(yaml, { file: 'chaos.yaml', baseDirectory: '.', env: {} });
      expect(config.devices.filter(({ source }) => source)).toHaveLength(shape.devices - shape.stealOnly);
      shapes.add(JSON.stringify({ ...shape, devices: 0, prefetch: 0 }));
    }
    expect(shapes.size).toBeGreaterThan(SEEDS.length / 2);
  });
});
