import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { type TestbedOptions, testbedSettings } from '../../../../server/cli/bench/testbed/testbed-options.js';
import { yoloxS } from '../../../../server/model-files/synthetic/yolox-s.js';
import { temporaryFolder } from '../../running-cli.js';

const USUAL: TestbedOptions = {
  devices: '1,2',
  cpu: '0.25',
  link: '50mbit',
  grid: '3x3,5x5',
  strategy: 'ftp-wst-s,ftp-wst',
  sources: '1',
  frames: '5',
  warmup: '2',
  repeat: '1',
  model: 'yolov2',
  maps: 'f32',
};
const read = (options: Partial<TestbedOptions> = {}) => testbedSettings({ ...USUAL, ...options });

describe('options of bench testbed', () => {
  it('are read into what is to be measured', () => {
    expect(read({ memory: '192MiB', depth: '16', set: 'schedule: { faithful: true }' })).toMatchObject({
      devices: [1, 2],
      cpu: [0.25],
      gatewayCpu: 0.25,
      linkBitsPerSecond: 50e6,
      memoryBytes: 192 * 2 ** 20,
      gatewayMemoryBytes: null,
      grids: ['3x3', '5x5'],
      strategies: ['ftp-wst-s', 'ftp-wst'],
      depth: 16,
      sections: { schedule: { faithful: true } },
    });
    expect(read({ link: 'max' }).linkBitsPerSecond).toBeNull();
    expect(read({ link: '1.5gbit' }).linkBitsPerSecond).toBe(1.5e9);
  });

  it('has the gateway as fast as the first device, unless it is given', () => {
    expect(read({ cpu: '0.4,0.1' }).gatewayCpu).toBe(0.4);
    expect(read({ cpu: '0.4,0.1', gatewayCpu: '0.2' }).gatewayCpu).toBe(0.2);
  });

  it('measures more frames where gangs are compared, unless their number is given', () => {
    const { frames: _, ...without } = USUAL;
    const framesOf = (strategy: string) => testbedSettings({ ...without, strategy }).frames;
    expect(['whole,gang,ftp-wst-s', 'ftp-wst-s,modnn', 'gang'].map(framesOf)).toEqual([15, 5, 5]);
    expect(read({ strategy: 'whole,gang', frames: '3' }).frames).toBe(3);
  });

  it('reads what is to be disturbed, of devices that every cluster has, with rounds enough', () => {
    const disturbed = (disturb: string, options: Partial<TestbedOptions> = {}) =>
      read({ disturb, ...options }).disturbance;
    expect(read().disturbance).toBeNull();
    expect(disturbed('slow:e0:0.1')).toEqual({ kind: 'slow', device: 0, cpuCores: 0.1 });
    expect(disturbed('lossy:e2', { devices: '3,6' })).toEqual({ kind: 'lossy', device: 2 });
    for (const wrong of ['slow:e1:0.1', 'slow:e0', 'lossy:0', 'lossy:e0:1', 'off:e0']) {
      expect(() => disturbed(wrong), wrong).toThrow(/--disturb must be such as slow:e0:0\.1/);
    }
    expect(() => disturbed('slow:e0:0')).toThrow(/--disturb/);
    expect(() => disturbed('lossy:e0', { frames: '2' })).toThrow(/at least 3 rounds/);
  });

  it('gives a model without weights of its own made-up ones', () => {
    expect(read().model).toEqual({ name: 'yolov2', weights: 'synthetic' });
    expect(read({ model: 'face-detector' }).model).toEqual({ name: 'face-detector' });
    expect(read({ model: '/nowhere/own.cfg' }).model).toEqual({ cfg: '/nowhere/own.cfg', weights: 'synthetic' });
    expect(read({ weights: '/w/a.weights' }).model.weights).toBe('/w/a.weights');
  });

  it('finds models of ONNX: a built-in one, a file, and synthetic ones, whose file it writes', () => {
    expect(read({ model: 'nanodet' }).model).toEqual({ name: 'nanodet' });
    expect(read({ model: '/nowhere/own.onnx' }).model).toEqual({ onnx: '/nowhere/own.onnx' });
    const cache = temporaryFolder();
    vi.stubEnv('XDG_CACHE_HOME', cache);
    try {
      const onnx = join(cache, 'deepthings/models/yolox-s-synthetic-3.onnx');
      expect(read({ model: 'yolox-s', weights: 'synthetic:3' }).model).toEqual({ onnx, head: 'yolox' });
      expect(readFileSync(onnx).equals(yoloxS(3))).toBe(true);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it.each([
    [{ devices: '1,x' }, /--devices must be a whole number/],
    [{ devices: '1,' }, /--devices must be values with commas/],
    [{ cpu: '0' }, /--cpu must be a number from 0\.001/],
    [{ cpu: '0.2,0.1', devices: '3' }, /--cpu must have one value, or one for each of 3 devices, and has 2/],
    [{ link: '50' }, /--link must be a rate such as 50mbit/],
    [{ memory: 'lots' }, /--memory must be a size such as 192MiB/],
    [{ strategy: 'magic' }, /--strategy must be of ftp-wst-s, .*names "magic"/],
    [{ sources: '3' }, /no --devices count has as many devices as --sources 3/],
    [{ frames: '101' }, /--frames must be a whole number from 1 to 100/],
    [{ set: 'faithful' }, /--set must be sections/],
    [{ set: '{' }, /--set is no YAML/],
    [{ grid: '3' }, /3/],
  ] as const)('says what is wrong with %j', (options, message) => {
    expect(() => read(options)).toThrow(message);
  });
});
