import { describe, expect, it } from 'vitest';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { parseDarknetCfg } from '../../server/formats/darknet/cfg/darknet-cfg.js';
import type { LayerDeclaration, LocalLayer } from '../../server/formats/darknet/layers.js';
import { weightConstants } from '../../server/formats/darknet/weight-constants.js';
import { synthesizeWeights } from '../../server/formats/darknet/weights/synthetic-weights.js';
import { seededRandom } from '../../server/model/seeded-random.js';
import { convolution, HALVE, networkOf } from '../model/small-networks.js';
import { ENGINE_CASES } from './engine-cases.js';
import { referenceMaps } from './reference-network.js';

const INPUT = { channels: 3, height: 18, width: 14 };

const route = (...layers: number[]): LayerDeclaration => ({ kind: 'route', layers });
const part = (index: number, count: number, ...layers: number[]): LayerDeclaration => ({
  ...{ kind: 'route', layers, group: { count, index } },
});
const local = (options: Partial<LocalLayer>): LayerDeclaration => ({
  ...{ kind: 'local', filters: 1, size: 1, stride: 1, padding: 0, batchNormalize: false, activation: 'leaky' },
  ...options,
});
const shortcut = (...from: number[]): LayerDeclaration => ({ kind: 'shortcut', from, activation: 'leaky' });

const NETWORKS: readonly (readonly [string, readonly LayerDeclaration[]])[] = [
  [
    'residual blocks of one shape, of other channels and of larger maps',
    [
      convolution({ filters: 6 }),
      convolution({ filters: 6, activation: 'swish' }),
      shortcut(0),
      convolution({ filters: 8, stride: 2 }),
      shortcut(2),
      convolution({ filters: 4, size: 1, padding: 0 }),
      shortcut(4, 0, 3),
      convolution({ filters: 4 }),
      shortcut(6, 5),
    ],
  ],
  [
    'parts of channels',
    [
      convolution({ filters: 6 }),
      part(1, 2, 0),
      convolution({ filters: 4 }),
      part(0, 2, 2, 0),
      part(2, 3, 0, 0),
      route(3, 4, 2),
    ],
  ],
  [
    'enlarged and weighted maps',
    [
      convolution({ filters: 4, stride: 2 }),
      { kind: 'upsample', stride: 2, scale: 0.96 },
      convolution({ filters: 4, activation: 'relu6' }),
      { kind: 'sam', from: 1, activation: 'linear' },
      { kind: 'avgpool' },
      convolution({ filters: 4, size: 1, padding: 0, activation: 'logistic' }),
      { kind: 'scale_channels', from: 3, each: 'channel', activation: 'linear' },
      convolution({ filters: 1, size: 1, padding: 0, activation: 'logistic' }),
      { kind: 'scale_channels', from: 6, each: 'cell', activation: 'relu' },
      { kind: 'upsample', stride: 3, scale: 1 },
    ],
  ],
  [
    'kernels of their own for each cell',
    [
      convolution({ filters: 4, stride: 2 }),
      local({ filters: 3, size: 3, padding: 1 }),
      local({ filters: 5, size: 3, stride: 2, padding: 1, activation: 'linear' }),
      local({ filters: 2, size: 2, activation: 'logistic' }),
      { kind: 'connected', outputs: 6, batchNormalize: false, activation: 'leaky' },
      { kind: 'contrastive' },
    ],
  ],
  [
    'shared weights, of other dilations and strides',
    [
      convolution({ filters: 3 }),
      convolution({ filters: 3, dilation: 2, sharedFrom: 0 }),
      convolution({ filters: 3, stride: 2, sharedFrom: 0, activation: 'relu' }),
    ],
  ],
  [
    'signs of maps and kernels',
    [
      convolution({ filters: 6 }),
      HALVE,
      { kind: 'batchnorm' },
      convolution({ filters: 5, isXnor: true }),
      convolution({ filters: 4, isXnor: true, stride: 2, activation: 'relu' }),
      convolution({ filters: 4, size: 1, padding: 0, isXnor: true }),
    ],
  ],
  [
    'other ways over a map',
    [
      { kind: 'crop', height: 13, width: 12, isAdjusted: true },
      convolution({ filters: 4, dilation: 3 }),
      { kind: 'local_avgpool', size: 3, stride: 2, totalPadding: 2 },
      { kind: 'activation', activation: 'loggy' },
      { kind: 'crop', height: 6, width: 4, isAdjusted: false },
      { kind: 'reorg3d', stride: 2 },
      { kind: 'activation', activation: 'linear' },
    ],
  ],
];

describe.each(ENGINE_CASES)('$label', ({ create }) => {
  it.each(NETWORKS)('computes as Darknet does: %s', async (_name, declarations) => {
    const network = networkOf(INPUT, declarations);
    const { weights } = synthesizeWeights(network, 5);
    const random = seededRandom(11);
    const picture = Float32Array.from({ length: INPUT.channels * INPUT.height * INPUT.width }, () => random() - 0.5);
    const wanted = referenceMaps(network.layers, weights, picture);
    const names = wanted.map((_, index) => `map ${index}`).slice(1);
    const constants = new Map([...network.graph.constants, ...weightConstants(network.graph, weights)]);
    const engine = await create();
    const loaded = await engine.loadGraph({ ...network.graph, constants, outputs: names });
    const found = await loaded.run(
      new Map([['map 0', { shape: [1, INPUT.channels, INPUT.height, INPUT.width], data: picture }]]),
    );
    await loaded.release();
    for (const [index, name] of names.entries()) {
      const { data, shape } = found.get(name)!;
      expect({ name, shape }).toEqual({ name, shape: network.graph.values.get(name)!.shape });
      const error = relativeDifference(data, Float32Array.from(wanted[index + 1]!));
      expect({ name, isClose: error <= TOLERANCE.f32, error }).toMatchObject({ name, isClose: true });
    }
  });

  it('makes pictures grey for a network of one channel', async () => {
    const layers = '[conv]\nfilters=3\nsize=3\npad=1\nactivation=leaky\n[maxpool]\nsize=2\nstride=2\n';
    const network = parseDarknetCfg(`[net]\nwidth=6\nheight=4\nchannels=1\n${layers}`, { name: 'grey' });
    expect(network.input).toEqual({ channels: 3, height: 4, width: 6 });
    const { weights } = synthesizeWeights(network, 5);
    const random = seededRandom(12);
    const data = Float32Array.from({ length: 3 * 24 }, random);
    const grey = Float32Array.from(
      { length: 24 },
      (_, i) => 0.299 * data[i]! + 0.587 * data[24 + i]! + 0.114 * data[48 + i]!,
    );
    const wanted = referenceMaps(network.layers, weights, grey).at(-1)!;
    const constants = new Map([...network.graph.constants, ...weightConstants(network.graph, weights)]);
    const loaded = await (await create()).loadGraph({ ...network.graph, constants });
    const found = await loaded.run(new Map([[network.graph.inputs[0]!, { shape: [1, 3, 4, 6], data }]]));
    await loaded.release();
    const [output] = [...found.values()];
    expect(relativeDifference(output!.data as Float32Array, Float32Array.from(wanted))).toBeLessThan(TOLERANCE.f32);
  });
});
