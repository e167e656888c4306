import { describe, expect, it } from 'vitest';
import { bandsOf } from '../../server/geometry/gang/bands.js';
import { gangBlocks } from '../../server/geometry/gang/gang-blocks.js';
import { planLayerGang } from '../../server/geometry/gang/layer-gang.js';
import { parseGrid } from '../../server/geometry/grid.js';
import { cutTile } from '../../server/geometry/reuse/tile-cut.js';
import {
  type CostModel,
  callMs,
  onlyComputing,
  stageMs,
  tileMs,
  withSlowerLayers,
} from '../../server/simulation/cost-model.js';
import { planLayers } from '../geometry/chain-graphs.js';
import { yolov2Chain } from '../geometry/layer-chains.js';

const PLAN = planLayers(yolov2Chain(), 16, parseGrid('3x3'));
const CHAIN = PLAN.chain!;
const COSTS: CostModel = {
  ...onlyComputing(40e6),
  segments: [{ nodes: ['layer 0', 'layer 1'], callMs: 0.5, macsPerMs: 10e6 }],
  tileMs: 2,
  assemblyMsPerMiB: 0.5,
};
const [WHOLE] = gangBlocks(planLayerGang(CHAIN), bandsOf([1]));
const layerOf = (costs: CostModel, layer: number) => stageMs(costs, 'layers', CHAIN.maps, WHOLE!.stages[layer]!.steps);

describe('what a device takes', () => {
  it('a tile takes so many times as long where layers do', () => {
    const slower = withSlowerLayers(COSTS, 1.5);
    for (const { tileId } of PLAN.tiles) {
      const cut = cutTile(PLAN, tileId);
      expect(tileMs(slower, PLAN, cut)).toBeCloseTo(1.5 * tileMs(COSTS, PLAN, cut), 9);
    }
    expect(slower.request).toEqual(COSTS.request);
    expect(slower.remaining).toEqual(COSTS.remaining);
  });

  it('a layer in the block of a gang takes more than in a tile', () => {
    const oneByOne = { ...COSTS, inBlocks: { stages: 1, layers: 2.5 } };
    for (const layer of CHAIN.layers.keys()) {
      expect(layerOf(oneByOne, layer)).toBeCloseTo(2.5 * layerOf(COSTS, layer), 9);
    }
  });

  it('a call of the engine takes what was measured of the segment that has the most of its nodes, else what most take', () => {
    const [first, second, third] = cutTile(PLAN, 4).steps;
    const measured = {
      ...COSTS,
      segments: [
        { nodes: ['layer 1', 'layer 2'], callMs: 7, macsPerMs: 10e6 },
        { nodes: ['layer 0', 'layer 1', 'layer 9'], callMs: 0.5, macsPerMs: 20e6 },
      ],
    };
    expect(callMs(measured, first!)).toBe(0.5 + first!.macs / 20e6);
    expect(callMs(measured, second!)).toBe(7 + second!.macs / 10e6);
    expect(callMs(measured, third!)).toBe(third!.macs / 40e6);
  });
});
