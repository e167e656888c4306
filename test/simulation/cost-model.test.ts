import { describe, expect, it } from 'vitest';
import { parseGrid } from '../../server/geometry/grid.js';
import { EMPTY_REGION, wholeMap } from '../../server/geometry/region.js';
import { cutTile } from '../../server/geometry/reuse/tile-cut.js';
import {
  type CostModel,
  callMs,
  layerMs,
  onlyComputing,
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
const layerOf = (costs: CostModel, layer: number) =>
  layerMs(costs, CHAIN, layer, wholeMap(CHAIN.maps[layer]!), wholeMap(CHAIN.maps[layer + 1]!));

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

  it('a layer by itself takes more than in a tile, what a task takes besides does not', () => {
    const oneByOne = { ...COSTS, layerByLayer: 2.5 };
    for (const layer of CHAIN.layers.keys()) {
      expect(layerOf(oneByOne, layer) - 2).toBeCloseTo(2.5 * (layerOf(COSTS, layer) - 2), 9);
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
    const oneByOne = (layer: number) => {
      return layerMs({ ...measured, tileMs: 0, assemblyMsPerMiB: 0 }, CHAIN, layer, EMPTY_REGION, EMPTY_REGION);
    };
    expect([0, 2, 3].map(oneByOne)).toEqual([0.5, 7, 0]);
  });
});
