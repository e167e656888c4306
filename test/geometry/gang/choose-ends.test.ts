import { describe, expect, it } from 'vitest';
import { bandsOf } from '../../../server/geometry/gang/bands.js';
import { chooseEnds, memberTime } from '../../../server/geometry/gang/choose-ends.js';
import { gangBlocks, memberCosts, type StageWalks } from '../../../server/geometry/gang/gang-blocks.js';
import { type GangPlan, gangOf, planGang } from '../../../server/geometry/gang/gang-plan.js';
import { chainGraph } from '../chain-graphs.js';
import { chain, conv, type LayerSpec, max } from '../layer-chains.js';

/** A stem, then convolutions of two kinds: their halos are narrow in wide maps, and most of a block in the last ones. */
function graphOf(filters: number) {
  const pair = (times: number): LayerSpec[] => [conv(3, filters * times), conv(1, filters * times)];
  const specs = [...pair(1), max(2, 2), ...pair(2), conv(3, filters * 2), max(2, 2), ...pair(4), conv(3, filters * 4)];
  return chainGraph(chain({ channels: 3, height: 96, width: 96 }, specs));
}

function planOf(filters: number, members: number): GangPlan {
  return planGang(graphOf(filters), (stage) => chooseEnds(stage, members));
}

const equalBands = (members: number) => bandsOf(Array.from({ length: members }, () => 1));

/** All choices of ends, the last of which is all segments. */
function allEnds(count: number): readonly (readonly number[])[] {
  const inner = Array.from({ length: count - 1 }, (_, i) => i + 1);
  return Array.from({ length: 2 ** inner.length }, (_, bits) => [...inner.filter((_, i) => bits & (1 << i)), count]);
}

describe('the ends of the stages of a gang', () => {
  it.each([
    [8, 2],
    [64, 2],
    [64, 3],
    [256, 3],
    [256, 6],
  ])('with %i filters and %i members cost within 3 %% of the best of all choices', (filters, members) => {
    const { ends, stage } = planOf(filters, members);
    const [bands, member] = [equalBands(members), Math.floor(members / 2)];
    const timeOf = (choice: readonly number[]) => memberTime(gangOf(stage, choice), bands, member);
    const least = Math.min(...allEnds(stage.segments.length).map(timeOf));
    expect(timeOf(ends)).toBeLessThanOrEqual(1.03 * least);
  });

  it('are weighed the same with walks that were kept from other choices', () => {
    const { stage } = planOf(64, 3);
    const walks: StageWalks = new Map();
    const timesOf = (kept?: StageWalks) =>
      allEnds(stage.segments.length).map((ends) => memberTime(gangOf(stage, ends), equalBands(3), 1, kept));
    expect(timesOf(walks)).toEqual(timesOf());
    expect(walks.size).toBe((stage.segments.length * (stage.segments.length + 1)) / 2);
  });

  it('are few where layers are cheap beside a message, and many where they are dear', () => {
    expect(planOf(8, 3).ends).toHaveLength(1);
    expect(planOf(512, 3).ends.length).toBeGreaterThan(3);
  });

  it('are one for a device that computes alone', () => {
    const { ends, stage } = planOf(512, 1);
    expect(ends).toEqual([stage.segments.length]);
  });

  it('are those of the largest gang where the cluster has more devices', () => {
    const { ends, stage } = planOf(64, 24);
    expect(stage.outputs.map((map) => stage.maps[map]!.height)).toEqual([24]);
    expect(planOf(64, 1000).ends).toEqual(ends);
  });

  it('are weighed with the bodies and multiply-accumulates that the members really have', () => {
    const plan = planOf(256, 3);
    for (const [member, { stages }] of gangBlocks(plan, equalBands(3)).entries()) {
      const costs = memberCosts(plan, equalBands(3), member);
      expect(costs.macs).toBe(stages.reduce((sum, { macs }) => sum + macs, 0));
      expect(costs.bodies).toBe(stages.reduce((sum, { due }) => sum + due.length, 0));
      expect(costs.calls).toBe(stages.reduce((sum, { steps }) => sum + steps.length, 0));
    }
  });
});
