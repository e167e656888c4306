import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtInNetwork } from '../../server/model/built-in/registry.js';
import {
  deepestCut,
  fusedGeometry,
  fusibleDepth,
  judgeCut,
  layerGeometry,
  legalCuts,
} from '../../server/model/layer-geometry.js';
import { convolution, networkOf } from './small-networks.js';

const yolo = builtInNetwork('yolov2');

describe('layerGeometry', () => {
  it('of a convolution', () => {
    expect(layerGeometry(yolo, 4)).toEqual({
      kernel: 3,
      stride: 1,
      padBefore: 1,
      input: { channels: 64, height: 152, width: 152 },
      output: { channels: 128, height: 152, width: 152 },
      macsPerCell: 128 * 9 * 64,
    });
  });

  it('of a depthwise convolution', () => {
    expect(layerGeometry(builtInNetwork('face-detector'), 2)).toMatchObject({ kernel: 3, macsPerCell: 16 * 9 });
  });

  it.each([
    [2, 2, 1, 0],
    [3, 1, 2, 1],
    [3, 2, 3, 1],
  ])('of max pooling %i/%i with %i padding, %i of it before', (size, stride, totalPadding, padBefore) => {
    const network = networkOf({ channels: 3, height: 9, width: 9 }, [{ kind: 'maxpool', size, stride, totalPadding }]);
    expect(layerGeometry(network, 0)).toMatchObject({ kernel: size, stride, padBefore, macsPerCell: 0 });
  });

  it.each([25, 27, 31, 99, -1])('refuses layer %i, which slides no window', (index) => {
    expect(() => layerGeometry(yolo, index)).toThrow(
      expect.objectContaining({ code: 'DT_LAYER_NOT_FUSIBLE', message: expect.stringContaining(`layer ${index}`) }),
    );
  });

  it('lists a fused stack', () => {
    expect(fusedGeometry(yolo, 16)).toHaveLength(16);
    expect(() => fusedGeometry(yolo, 26)).toThrow(expect.objectContaining({ code: 'DT_LAYER_NOT_FUSIBLE' }));
  });
});

describe('cuts', () => {
  it('are the same judged one by one and all at once, whatever the routes', () => {
    const networks = fc
      .array(fc.oneof(fc.constant('conv' as const), fc.array(fc.nat(), { minLength: 1, maxLength: 3 })), {
        maxLength: 12,
      })
      .map((kinds) =>
        networkOf({ channels: 3, height: 4, width: 4 }, [
          convolution(),
          ...kinds.map((kind, index) =>
            kind === 'conv'
              ? convolution()
              : ({ kind: 'route', layers: kind.map((source) => source % (index + 1)) } as const),
          ),
        ]),
      );
    fc.assert(
      fc.property(networks, (network) => {
        const judged = Array.from(
          { length: fusibleDepth(network) + 1 },
          (_, depth) => judgeCut(network, depth).kind === 'legal',
        );
        expect(legalCuts(network)).toEqual(judged);
        expect(deepestCut(network)).toBe(Math.max(0, judged.lastIndexOf(true)));
      }),
    );
  });

  it.each([
    ['yolov2', 25, 17],
    ['yolov2-tiny', 15, 15],
    ['face-detector', 18, 18],
  ])('%s: %i leading layers are fusible, %i can be cut off', (name, fusible, deepest) => {
    const network = builtInNetwork(name);
    expect(fusibleDepth(network)).toBe(fusible);
    expect(deepestCut(network)).toBe(deepest);
    expect(judgeCut(network, deepest)).toEqual({ kind: 'legal' });
  });

  it.each([
    [0, /at least one/],
    [1.5, /at least one/],
    [18, /layer 25 \(route\) needs the output of layer 16.*at most 17/],
    [26, /up to 25 layers, since layer 25 is a route; 26/],
  ])('YOLOv2 cannot be cut at %d', (depth, reason) => {
    expect(judgeCut(yolo, depth)).toEqual({ kind: 'illegal', reason: expect.stringMatching(reason) });
  });

  it('a network without head can be fused whole, and one that starts with a reorg not at all', () => {
    const input = { channels: 4, height: 4, width: 4 };
    const whole = networkOf(input, [convolution(), convolution()]);
    expect([fusibleDepth(whole), deepestCut(whole)]).toEqual([2, 2]);
    expect(judgeCut(whole, 3)).toMatchObject({ reason: expect.stringContaining('no more layers') });
    expect(deepestCut(networkOf(input, [{ kind: 'reorg', stride: 2 }]))).toBe(0);
  });
});
