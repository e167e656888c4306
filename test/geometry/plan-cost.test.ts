import { describe, expect, it } from 'vitest';
import { planFtp } from '../../server/geometry/ftp-plan.js';
import { parseGrid } from '../../server/geometry/grid.js';
import { macsOfRegions, neededMacs } from '../../server/geometry/layer.js';
import { planCost, regionBytes } from '../../server/geometry/plan-cost.js';
import { EMPTY_REGION } from '../../server/geometry/region.js';
import { chain, conv, max, yolov2Chain } from './layer-chains.js';

const F32 = { inputBytesPerValue: 4, outputBytesPerValue: 4 };
const square = (size: number) => ({ channels: 1, height: size, width: size });

describe('planCost', () => {
  const layers = chain({ channels: 3, height: 6, width: 6 }, [conv(3, 2)]);

  it('counts one convolution in four tiles by hand', () => {
    const cost = planCost(planFtp(layers, 1, parseGrid('2x2')), { inputBytesPerValue: 1, outputBytesPerValue: 4 });
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
    const cost = planCost(planFtp(wide, 3, parseGrid('2x1')), F32);
    expect(cost.peakBytes).toBe((8 * 32 + 8 * 8) * 4);
    expect(cost.untiledPeakBytes).toBe((8 * 64 + 8 * 16) * 4);
  });

  it('counts the padded block together with the output of the layer that reads it', () => {
    const cost = planCost(planFtp(chain(square(6), [conv(3, 8)]), 1, parseGrid('2x2')), F32);
    expect(cost.peakBytes).toBe((5 * 5 + 8 * 3 * 3) * 4);
  });

  it('counts what tiles compute twice', () => {
    const twice = chain(square(6), [conv(3, 1), conv(3, 1)]);
    const cost = planCost(planFtp(twice, 2, parseGrid('1x2')), F32);
    expect(cost.neededMacs).toBe(2 * 36 * 9);
    expect(cost.macs).toBe((2 * 4 * 6 + 36) * 9);
  });

  it('is frozen', () => {
    const cost = planCost(planFtp(layers, 1, parseGrid('2x2')), F32);
    expect([cost, cost.tiles, ...cost.tiles].every((value) => Object.isFrozen(value))).toBe(true);
  });
});

describe('macsOfRegions', () => {
  it('counts what is computed, not what is given, and nothing for an empty region', () => {
    const layers = chain(square(8), [conv(3, 2), max(2, 2), conv(3, 4)]);
    const whole = { x0: 0, x1: 8, y0: 0, y1: 8 };
    const strip = { x0: 0, x1: 2, y0: 0, y1: 4 };
    expect(macsOfRegions(layers, [whole, strip, strip, EMPTY_REGION])).toBe(8 * 9 * 2);
    expect(macsOfRegions(layers, [EMPTY_REGION, EMPTY_REGION, EMPTY_REGION, strip])).toBe(8 * 9 * 2 * 4);
  });

  it('is what the untiled stack needs for whole maps', () => {
    const plan = planFtp(yolov2Chain(), 16, parseGrid('1x1'));
    expect(macsOfRegions(plan.layers, plan.tiles[0]!.regions)).toBe(neededMacs(plan.layers));
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
    const cost = planCost(planFtp(yolov2Chain(), 16, parseGrid(name)), F32);
    expect(cost.peakBytes).toBeLessThan(cost.untiledPeakBytes);
  });
});
