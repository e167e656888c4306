import { describe, expect, it } from 'vitest';
import { parseDarknetCfg } from '../../../server/formats/darknet/cfg/darknet-cfg.js';
import { isHead } from '../../../server/formats/darknet/layers.js';
import { BUILT_IN_MODELS, builtInNetwork } from '../../../server/model/built-in/registry.js';
import { convolution, HALVE, networkOf } from '../../model/small-networks.js';
import { checkShapes } from './check-shapes.js';

describe('the graph of a network', () => {
  it.each(Object.keys(BUILT_IN_MODELS))('of %s has the maps of its layers and no weights', (name) => {
    const { graph, layers } = builtInNetwork(name);
    checkShapes(graph);
    expect(graph.inputs).toEqual(['map 0']);
    const heads = layers.flatMap((layer, index) => (isHead(layer) ? [index] : []));
    expect(graph.outputs).toEqual(heads.map((index) => `map ${index}`));
    for (const [index, { input }] of layers.entries()) {
      if (heads.includes(index - 1)) continue;
      expect(graph.values.get(`map ${index}`)!.shape).toEqual([1, input.channels, input.height, input.width]);
    }
    for (const [constant, { bytes }] of graph.constants) {
      const isEmpty = /^(weights|bias) \d+$/.test(constant);
      expect({ constant, isEmpty: bytes.length === 0 }).toEqual({ constant, isEmpty });
    }
    expect(new Set(graph.nodes.map((node) => node.name)).size).toBe(graph.nodes.length);
  });

  it('names its nodes after the layers', () => {
    const input = { channels: 3, height: 8, width: 8 };
    const { graph } = networkOf(input, [convolution({ activation: 'mish' }), HALVE, { kind: 'reorg', stride: 2 }]);
    expect(graph.nodes.map(({ name, operator }) => `${name}: ${operator}`)).toEqual([
      'layer 0 conv: Conv',
      'layer 0 mish softplus: Softplus',
      'layer 0 mish tanh: Tanh',
      'layer 0 mish: Mul',
      'layer 1 maxpool: MaxPool',
      'layer 2 reorg blocks: Reshape',
      'layer 2 reorg order: Transpose',
      'layer 2 reorg: Reshape',
    ]);
    expect(graph.constants.get('weights 0')).toMatchObject({ shape: [4, 3, 3, 3] });
    checkShapes(graph);
  });

  it('has no head in the middle', () => {
    const cfg = '[net]\nwidth=8\nheight=8\nchannels=3\n[conv]\nfilters=7\n[region]\nclasses=2\nanchors=1,1\n[conv]\n';
    expect(() => parseDarknetCfg(cfg, { name: 'small' })).toThrow(
      expect.objectContaining({ code: 'DT_CFG_LAYER', message: expect.stringContaining('layer 1 [region]') }),
    );
  });
});
