import { describe, expect, it } from 'vitest';
import { planGraph } from '../../server/geometry/choose-cut.js';
import { planCost } from '../../server/geometry/plan-cost.js';
import { strategyNamed } from '../../server/scheduling/strategies/strategies.js';
import { STRATEGIES, withBound, withMembers } from '../../server/scheduling/strategies/strategy.js';
import { planLayers } from '../geometry/chain-graphs.js';
import { yolov2Chain } from '../geometry/layer-chains.js';
import { conv, node, sketchGraph } from '../graph/test-graphs.js';

const plan = planLayers(yolov2Chain(), 16, { rows: 5, columns: 5 });
const cost = planCost(plan, { inputBytesPerValue: 1, outputBytesPerValue: 4 });

describe.each(STRATEGIES)('%s', (name) => {
  const strategy = strategyNamed(name);

  it('is found by its name', () => {
    expect(strategy.name).toBe(name);
  });

  it('without reuse places and cuts a frame as before, and takes nothing from neighbours', () => {
    const alone = strategyNamed(strategy.withoutReuse);
    expect(alone.reuse).toBe('none');
    expect(alone.partition(plan)).toEqual(strategy.partition(plan));
    expect([alone.placement, alone.nextTask, alone.gang]).toEqual([
      strategy.placement,
      strategy.nextTask,
      strategy.gang,
    ]);
  });

  it('computes at least what is needed, and at most every tile whole', () => {
    const { leastMacs, likelyMacs, workers } = strategy.bounds;
    expect(leastMacs(cost)).toBeGreaterThanOrEqual(cost.neededMacs);
    expect(likelyMacs(cost)).toBeGreaterThanOrEqual(leastMacs(cost));
    expect(likelyMacs(cost)).toBeLessThanOrEqual(cost.macs);
    expect(workers(plan, 6)).toBe(name === 'whole' ? 1 : 6);
  });
});

it('tiles are the parts of a frame, and with MoDNN and gangs blocks', () => {
  expect(strategyNamed('ftp-wst').partition(plan)).toEqual({ parts: 25, distribution: { kind: 'stealing' } });
  expect(strategyNamed('ftp-wsh').partition(plan)).toEqual({ parts: 25, distribution: { kind: 'sharing' } });
  expect(strategyNamed('modnn').partition(plan)).toEqual({
    parts: 1,
    distribution: { kind: 'gang', plan: 'layers', members: 'all', most: 38 },
  });
  expect(strategyNamed('gang').partition(plan)).toEqual({
    parts: 1,
    distribution: { kind: 'gang', plan: 'stages', members: 'all', most: 38 },
  });
  expect(strategyNamed('whole').partition(plan)).toEqual({
    parts: 1,
    distribution: { kind: 'gang', plan: 'stages', members: 1, most: 1 },
  });
});

it('a frame may bound the members of its gang, where the strategy forms gangs of several', () => {
  const bounded = STRATEGIES.filter((name) => withMembers(strategyNamed(name).partition(plan), 2) !== null);
  expect(bounded).toEqual(['gang', 'auto']);
  expect(withMembers(strategyNamed('gang').partition(plan), 2)).toEqual({
    parts: 1,
    distribution: { kind: 'gang', plan: 'stages', members: 2, most: 38 },
  });
});

it('a frame may bound the time until its answer, where the cluster chooses its devices', () => {
  const bounded = STRATEGIES.filter((name) => withBound(strategyNamed(name).partition(plan), 900) !== null);
  expect(bounded).toEqual(['auto']);
  expect(withBound(strategyNamed('auto').partition(plan), 900)!.distribution).toMatchObject({ withinMs: 900 });
});

it.each(STRATEGIES)('%s computes a chain, and says why if it computes no graph that branches', (name) => {
  const { refuses } = strategyNamed(name);
  expect(refuses(plan)).toBeNull();
  const grid = { rows: 2, columns: 2 };
  const residual = sketchGraph(
    [1, 4, 8, 8],
    [conv('x', 'a', [4, 4, 3]), conv('a', 'b', [4, 4, 3]), node('Add', ['a', 'b'], 'c'), conv('c', 'd', [4, 4, 3])],
  );
  const severalMaps = sketchGraph([1, 4, 8, 8], [conv('x', 'a', [4, 4, 3]), conv('a', 'b', [4, 4, 3])], ['a', 'b']);
  for (const branching of [residual, severalMaps]) {
    const why = refuses(planGraph(branching, branching.outputs, grid));
    if (name === 'modnn') expect(why).toMatch(/the fused part of sketch is none: take ftp-wst-s/);
    else expect(why).toBeNull();
  }
  // Up to its first layer the same graph is a chain.
  expect(refuses(planGraph(residual, 1, grid))).toBeNull();
});
