import { describe, expect, it } from 'vitest';
import { computedTwice, mostMembers, sketchGang } from '../../dashboard/src/views/plan/gang-sketch.js';
import { planGraph } from '../../server/geometry/choose-cut.js';
import { planGang } from '../../server/geometry/gang/gang-plan.js';
import { planCost } from '../../server/geometry/plan-cost.js';
import { regionArea, regionHeight } from '../../server/geometry/region.js';
import type { ClusterPlan } from '../../server/node/cluster-plan.js';
import { planDocument } from '../../server/node/wire/plan-document.js';
import { chainGraph } from '../geometry/chain-graphs.js';
import { chain, conv } from '../geometry/layer-chains.js';
import { aCompleteFrame } from './contract-examples.js';

/** Three layers; the gang has two in its first stage and one in its second. */
const graph = chainGraph(chain({ channels: 3, height: 24, width: 24 }, [conv(3, 3), conv(3, 3), conv(3, 3)]));
const gang = planGang(graph, () => [2]);
const plan = planGraph(graph, 2, { rows: 3, columns: 3 });
const cost = planCost(plan, { inputBytesPerValue: 1, outputBytesPerValue: 4 });
const own = planDocument(
  { network: { graph } as ClusterPlan['network'], plan, cost, gang, layerGang: null },
  'sha256:9',
);

describe('a gang worked out in the page', () => {
  it('has the stages of the nodes', () => {
    const { plan: drawn, stages } = sketchGang(own, {}, 3, []);
    expect(drawn.ends).toEqual(gang.ends);
    expect(stages.map(({ count }) => count)).toEqual(own.gang.stages.map(({ nodes }) => nodes.length));
    expect(stages[0]!.sends).toEqual(own.gang.stages[0]!.sends.map(({ name }) => name));
  });

  it('is of the devices that are live, and shows its middle member', () => {
    expect(sketchGang(own, {}, 3, [])).toMatchObject({ members: 3, member: 1, sharesOf: null });
    expect(sketchGang(own, {}, 0, [])).toMatchObject({ members: 1, member: 0 });
  });

  it('tells what a member computes twice from what it receives', () => {
    const { bodies, macs, neededMacs, stages, stripBytes } = sketchGang(own, {}, 3, []);
    const [inner, cut] = stages[0]!.maps;
    expect(regionHeight(inner!.computed)).toBe(10);
    expect(computedTwice(inner!)).toBe(2 * 24);
    expect(inner!.received).toEqual([]);
    expect(computedTwice(cut!)).toBe(0);
    expect(cut!.received.map(({ from, region }) => [from, regionHeight(region)])).toEqual([
      [0, 1],
      [2, 1],
    ]);
    expect(bodies, 'two members with one neighbour, one with two').toBe(4);
    const channels = gang.stage.maps[cut!.map]!.channels;
    expect(stripBytes).toBe(4 * channels * 24 * 4);
    expect(macs).toBeGreaterThan(neededMacs);
  });

  it('computes nothing twice and sends nothing with one member, as frames of `whole`', () => {
    const { bodies, macs, memberMacs, neededMacs, picture, stripBytes } = sketchGang(own, { members: 1 }, 3, []);
    expect([bodies, stripBytes, macs, memberMacs]).toEqual([0, 0, neededMacs, [neededMacs]]);
    expect(regionArea(picture.computed)).toBe(24 * 24);
  });

  it('shares the maps out as the latest gang of as many members', () => {
    const bands = { rows: [0, 0.5, 0.75, 1], columns: [0, 1] };
    const frame = aCompleteFrame(1, { strategy: 'gang', tiles: { total: 3, done: 3, byDevice: {}, bands } });
    const sketch = sketchGang(own, { member: 0 }, 3, [frame]);
    expect(sketch.sharesOf).toBe(frame.id);
    expect(regionHeight(sketch.stages[1]!.maps[0]!.block)).toBe(12);
    expect(sketchGang(own, { members: 2 }, 3, [frame]).sharesOf).toBeNull();
  });

  it('brings what cannot be to what can', () => {
    expect(mostMembers(own)).toBe(12);
    expect(sketchGang(own, { members: 99, member: 99 }, 3, [])).toMatchObject({ members: 12, member: 11 });
  });
});
