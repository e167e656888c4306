import { describe, expect, it } from 'vitest';
import { arithmeticOf } from '../../../server/evaluation/paper/arithmetic.js';
import { meanLayerReduction, totalReduction } from '../../../server/evaluation/paper/memory-footprint.js';
import { MODNN_STATED, paperDevice, solveDevice } from '../../../server/evaluation/paper/paper-device.js';
import { YOLOV2 } from './paper-results.js';

const arithmetic = arithmeticOf(YOLOV2);
const { communication, memory, memoryByDepth } = arithmetic;

describe('Figure 12', () => {
  it.each([
    ['3x3', 13.8],
    ['4x4', 16.2],
    ['5x5', 18.9],
  ])('FTP-WSH with %s is the paper’s %s MB within 1 %%', (grid, stated) => {
    expect(Math.abs(communication.wshMiB[grid]! / stated - 1)).toBeLessThan(0.01);
  });

  it('MoDNN grows by as much with each device, and exceeds FTP-WSH 3x3 with more than four', () => {
    const steps = [2, 3, 4, 5, 6].map((n) => communication.modnnMiB[n]! - communication.modnnMiB[n - 1]!);
    for (const step of steps) expect(step).toBeCloseTo(steps[0]!, 1);
    // Section V.B: "will exceed the one of FTP with more than 5 devices", with the paper's border rows.
    expect(communication.modnnMiB[4]).toBeLessThan(communication.wshMiB['3x3']!);
    expect(communication.modnnMiB[6]).toBeGreaterThan(communication.wshMiB['3x3']!);
  });
});

describe('Figure 11', () => {
  it.each([
    ['3x3', 58, 69],
    ['5x5', 68, 79],
  ])('FTP %s reduces the total by %s %% and a layer by %s %%', (grid, total, layer) => {
    const cut = memory.ftp[grid]!;
    expect(Math.abs(100 * totalReduction(memory, cut) - total)).toBeLessThan(1);
    expect(Math.abs(100 * meanLayerReduction(memory, cut) - layer)).toBeLessThan(1);
  });

  it('BODP with four slices comes near the paper’s 61 % and 67 %, halo rows included', () => {
    expect(Math.abs(100 * totalReduction(memory, memory.bodp) - 61)).toBeLessThan(1.5);
    expect(Math.abs(100 * meanLayerReduction(memory, memory.bodp) - 67)).toBeLessThan(1);
  });

  it('names layers as the paper does, and needs less with fewer fused layers', () => {
    expect(memory.layers.slice(0, 4)).toEqual(['conv0', 'max1', 'conv2', 'max3']);
    expect(memoryByDepth[4]!.ftp['3x3']!.totalBytes).toBeLessThan(memoryByDepth[8]!.ftp['3x3']!.totalBytes);
    expect(memoryByDepth[16]).toEqual(memory);
  });
});

describe('the paper’s device', () => {
  it('takes what the paper states for MoDNN on six devices and on one', () => {
    const { computeSeconds, mibPerSecond } = solveDevice(MODNN_STATED);
    const { devices, latencySeconds, meanMiB, mostMiB, speedup } = MODNN_STATED;
    const leastMiB = 2 * meanMiB - mostMiB;
    expect(computeSeconds / devices + mostMiB / mibPerSecond).toBeCloseTo(latencySeconds, 9);
    expect(computeSeconds + leastMiB / mibPerSecond).toBeCloseTo(speedup * latencySeconds, 9);
    expect(computeSeconds).toBeCloseTo(14.6, 1);
    expect(paperDevice(arithmetic.neededMacs).environment.linkMbps).toBeCloseTo(29.0, 1);
  });

  it('says of each parameter where it is from', () => {
    for (const { origin, value } of arithmetic.device) {
      expect(origin).not.toBe('');
      expect(value).toBeGreaterThan(0);
    }
  });
});
