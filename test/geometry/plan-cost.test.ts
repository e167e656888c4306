import { describe, expect, it } from 'vitest';
import { planGraph } from '../../server/geometry/choose-cut.js';
import { parseGrid } from '../../server/geometry/grid.js';
import { macsOfRegions, outputsBytes, planCost, regionBytes } from '../../server/geometry/plan-cost.js';
import { EMPTY_REGION } from '../../server/geometry/region.js';
import { conv as sketchedConv, sketchGraph } from '../graph/test-graphs.js';
import { planLayers } from './chain-graphs.js';
import { chain, conv, max, yolov2Chain } from './layer-chains.js';

const F32 = { inputBytesPerValue: 4, outputBytesPerValue: 4 };
const square = (size: number) => ({ channels: 1, height: size, width: size });

describe('planCost', () => {
  const layers = chain({ channels: 3, height: 6, width: 6 }, [conv(3, 2)]);

  it('counts one convolution in four tiles by hand', () => {
    const cost = planCost(planLayers(layers, 1, parseGrid('2x2')), { inputBytesPerValue: 1, outputBytesPerValue: 4 });
    expect(cost.tiles).toHaveLength(4);
    for (const [tileId, tile] of cost.tiles.entries()) {
      expect(tile).toEqual({
        tileId,
        macs: 9 * (3 * 3 * 3 * 2),
        inputBytes: 3 * 4 * 4 * 1,
        outputBytes: 2 * 3 * 3 * 4,
        // The 4x4 block and its padded 5x5 copy; with the output it would be 3*25 + 2*9.
        peakBytes: (3 * 16 + 3 * 25) * 4,
      });
    }
    expect(cost).toMatchObject({
      macs: 36 * 54,
      neededMacs: 36 * 54,
      frameBytes: 3 * 36,
      inputBytes: 4 * 48,
      outputBytes: 4 * 72,
      peakBytes: 492,
      untiledPeakBytes: (3 * 36 + 2 * 36) * 4,
    });
  });

  it('takes the peak from the layer in the middle of a segment where that is largest', () => {
    // Without padding and with K = S nothing is copied: the 1x1 convolution to 8 channels and what comes after it.
    const wide = chain(square(8), [conv(1, 1), conv(1, 8), max(2, 2)]);
    const cost = planCost(planLayers(wide, 3, parseGrid('2x1')), F32);
    expect(cost.peakBytes).toBe((8 * 32 + 8 * 8) * 4);
    expect(cost.untiledPeakBytes).toBe((8 * 64 + 8 * 16) * 4);
  });

  it('counts the padded block together with the output of the layer that reads it', () => {
    const cost = planCost(planLayers(chain(square(6), [conv(3, 8)]), 1, parseGrid('2x2')), F32);
    expect(cost.peakBytes).toBe((5 * 5 + 8 * 3 * 3) * 4);
  });

  it('counts what tiles compute twice', () => {
    const twice = chain(square(6), [conv(3, 1), conv(3, 1)]);
    const cost = planCost(planLayers(twice, 2, parseGrid('1x2')), F32);
    expect(cost.neededMacs).toBe(2 * 36 * 9);
    expect(cost.macs).toBe((2 * 4 * 6 + 36) * 9);
  });

  it('is frozen', () => {
    const cost = planCost(planLayers(layers, 1, parseGrid('2x2')), F32);
    expect([cost, cost.tiles, ...cost.tiles].every((value) => Object.isFrozen(value))).toBe(true);
  });
});

describe('planCost of several outputs', () => {
  /** One map of 8 x 8, one of 4 x 4, both handed over. */
  const graph = sketchGraph(
    [1, 3, 8, 8],
    [sketchedConv('x', 'a', [2, 3, 1]), sketchedConv('a', 'b', [5, 2, 2], { stride: 2, pad: 0 })],
    ['a', 'b'],
  );

  it('counts the bytes of each', () => {
    const plan = planGraph(graph, ['a', 'b'], { rows: 2, columns: 1 });
    const cost = planCost(plan, { inputBytesPerValue: 1, outputBytesPerValue: 4 });
    expect(cost).toMatchObject({
      macs: 64 * 6 + 16 * 4 * 2 * 5,
      neededMacs: 64 * 6 + 16 * 4 * 2 * 5,
      inputBytes: 3 * 64,
      outputBytes: (2 * 64 + 5 * 16) * 4,
    });
    expect(cost.tiles.map(({ outputBytes }) => outputBytes)).toEqual([(2 * 32 + 5 * 8) * 4, (2 * 32 + 5 * 8) * 4]);
  });

  it('counts nothing where a tile has no share', () => {
    const { maps, outputs, tiles } = planGraph(graph, ['a', 'b'], { rows: 8, columns: 1 });
    expect(tiles.map(({ shares }) => outputsBytes({ maps, outputs }, shares, 4))).toEqual(
      [0, 1, 0, 1, 0, 1, 0, 1].map((rows) => (2 * 8 + 5 * 4 * rows) * 4),
    );
  });
});

describe('macsOfRegions', () => {
  it('counts what is computed by those that multiply, and nothing for an empty region', () => {
    const layers = chain(square(8), [conv(3, 2), max(2, 2), conv(3, 4)]);
    const { stage } = planLayers(layers, 3, parseGrid('1x1'));
    const strip = { x0: 0, x1: 2, y0: 0, y1: 4 };
    expect(stage.work.map(({ node }) => node.name)).toEqual(['layer 0', 'layer 2']);
    expect(macsOfRegions(stage, [strip, EMPTY_REGION])).toBe(8 * 9 * 2);
    expect(macsOfRegions(stage, [EMPTY_REGION, strip])).toBe(8 * 9 * 2 * 4);
  });

  it('is what the untiled stack needs for whole maps', () => {
    const layers = yolov2Chain();
    const { stage, tiles } = planLayers(layers, 16, parseGrid('1x1'));
    expect(macsOfRegions(stage, tiles[0]!.computes)).toBe(stage.macs);
    const byHand = layers.map(({ macsPerCell, output: { height, width } }) => macsPerCell * height * width);
    expect(stage.macs).toBe(byHand.reduce((sum, macs) => sum + macs));
  });
});

describe('regionBytes', () => {
  it('counts all channels', () => {
    expect(regionBytes({ x0: 1, x1: 4, y0: 0, y1: 2 }, { channels: 5, height: 9, width: 9 }, 2)).toBe(60);
    expect(regionBytes(EMPTY_REGION, square(3), 4)).toBe(0);
  });
});

describe('planCost for YOLOv2 608x608', () => {
  it.each(['2x2', '3x3', '4x4', '5x5', '6x6'])('%s: needs less memory for a tile than for the whole', (name) => {
    const cost = planCost(planLayers(yolov2Chain(), 16, parseGrid(name)), F32);
    expect(cost.peakBytes).toBeLessThan(cost.untiledPeakBytes);
  });
});
