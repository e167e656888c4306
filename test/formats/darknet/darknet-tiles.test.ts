import { describe, expect, it } from 'vitest';
import { relativeDifference, TOLERANCE } from '../../../server/evaluation/measure/map-difference.js';
import { parseDarknetCfg } from '../../../server/formats/darknet/cfg/darknet-cfg.js';
import { weightConstants } from '../../../server/formats/darknet/weight-constants.js';
import { synthesizeWeights } from '../../../server/formats/darknet/weights/synthetic-weights.js';
import { parseGrid } from '../../../server/geometry/grid.js';
import { pictureOf, runTiled } from '../../model-shapes/tiled-model.js';
import { runGraph } from '../../support/onnx-run.js';

const conv = (filters: number, size: number, more = '') =>
  `[conv]\nfilters=${filters}\nsize=${size}\npad=1\nactivation=leaky\n${more}`;
const HALVE = '[maxpool]\nsize=2\nstride=2\n';
const XNOR = 'xnor=1\nbatch_normalize=1\n';
const CFGS: readonly (readonly [string, string])[] = [
  ['binary convolutions', `${conv(8, 3)}${HALVE}[batchnorm]\n${conv(12, 3, XNOR)}${conv(12, 3, `stride=2\n${XNOR}`)}`],
  ['shared weights', `${conv(6, 3)}${conv(6, 3)}${conv(6, 3, 'share_index=-1\ndilation=2\n')}${HALVE}${conv(6, 3)}`],
  [
    'the first YOLO',
    `${conv(6, 7, 'stride=2\n')}${HALVE}${conv(8, 3)}${HALVE}[local]\nfilters=4\nsize=3\npad=1\n` +
      '[connected]\noutput=52\nactivation=linear\n[detection]\ncoords=4\nside=2\nnum=2\nclasses=3\nsqrt=1\n',
  ],
];

describe('networks of Darknet', () => {
  it.each(CFGS)('give in tiles what they give whole: %s', async (_name, layers) => {
    const network = parseDarknetCfg(`[net]\nwidth=56\nheight=48\nchannels=3\n${layers}`, { name: 'small' });
    const { weights } = synthesizeWeights(network, 7);
    const { graph } = network;
    const whole = { ...graph, constants: new Map([...graph.constants, ...weightConstants(graph, weights)]) };
    const picture = pictureOf(whole);
    const wanted = await runGraph(whole, { 'map 0': picture });
    for (const grid of ['2x3', '3x2']) {
      const { outputs, share } = await runTiled(whole, picture, parseGrid(grid));
      expect(share).toBeGreaterThan(0.5);
      for (const output of graph.outputs) {
        const difference = relativeDifference(outputs.get(output)!.data, wanted.get(output)!.data);
        expect({ grid, output, isClose: difference <= TOLERANCE.f32, difference }).toMatchObject({ isClose: true });
      }
    }
  });
});
