import { describe, expect, it } from 'vitest';
import { planFtp } from '../../server/geometry/ftp-plan.js';
import { parseGrid } from '../../server/geometry/grid.js';
import { wholeMap } from '../../server/geometry/region.js';
import { cutTile } from '../../server/geometry/reuse/tile-cut.js';
import {
  type CostModel,
  layerMs,
  onlyComputing,
  tileMs,
  withSlowerLayers,
} from '../../server/simulation/cost-model.js';
import { yolov2Chain } from '../geometry/layer-chains.js';

const PLAN = planFtp(yolov2Chain(), 16, parseGrid('3x3'));
const COSTS: CostModel = {
  ...onlyComputing(40e6),
  segments: [{ firstLayer: 0, endLayer: 2, callMs: 0.5, macsPerMs: 10e6 }],
  tileMs: 2,
  assemblyMsPerMiB: 0.5,
};
const layerOf = (costs: CostModel, layer: number) =>
  layerMs(costs, PLAN.layers, layer, wholeMap(PLAN.maps[layer]!), wholeMap(PLAN.maps[layer + 1]!));

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
    for (const layer of PLAN.layers.keys()) {
      expect(layerOf(oneByOne, layer) - 2).toBeCloseTo(2.5 * (layerOf(COSTS, layer) - 2), 9);
    }
  });
});
