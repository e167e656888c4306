import { describe, expect, it } from 'vitest';
import { limitsAt, sketchPlan } from '../../dashboard/src/views/plan/plan-sketch.js';
import { aPlan } from './contract-examples.js';

describe('a plan worked out in the page', () => {
  const own = aPlan();

  it('is the cluster’s own when nothing is chosen', () => {
    const { plan, cost, isOwn, tile } = sketchPlan(own, {});
    expect(isOwn).toBe(true);
    expect(tile).toBe(4);
    const [stage] = own.stages;
    expect(plan.tiles.map(({ regions }) => regions)).toEqual(stage!.tiles.map(({ regions }) => regions));
    expect(cost.neededMacs).toBe(stage!.macs);
  });

  it('computes with all overlap reused no more than is needed, and without it more', () => {
    const { cost, reusedMacs } = sketchPlan(own, { grid: { rows: 4, columns: 4 }, depth: 3 });
    expect(reusedMacs).toBe(cost.neededMacs);
    expect(cost.macs).toBeGreaterThan(cost.neededMacs);
  });

  it('brings what cannot be to what can', () => {
    const { plan, tile } = sketchPlan(own, { grid: { rows: 99, columns: 1 }, depth: 99, tile: 999 });
    expect(plan.grid).toEqual({ rows: 12, columns: 1 });
    expect(plan.stage.layers).toBe(3);
    expect(tile).toBe(11);
    expect(limitsAt(own, 2)).toEqual({ depth: 3, rows: 12, columns: 12 });
  });
});
