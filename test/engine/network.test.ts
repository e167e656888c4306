import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../server/engine/engines.js';
import type { InferenceEngine } from '../../server/engine/inference-engine.js';
import { floats, integers, node, sketchGraph } from '../graph/test-graphs.js';

/** Two branches of one picture: a convolution that sums its channels, and which of two halves is larger, cell by cell. */
const GRAPH = sketchGraph(
  [1, 4, 2, 3],
  [
    {
      operator: 'Conv',
      inputs: ['x', floats([1, 1, 1, 1], [1, 4, 1, 1]), floats([0.5])],
      outputs: ['sum'],
      attributes: { kernel_shape: { integers: [1, 1] } },
    },
    { operator: 'Split', inputs: ['x', integers([2, 2])], outputs: ['a', 'b'], attributes: { axis: { integer: 1 } } },
    node('Max', ['a', 'b'], 'most'),
    node('LeakyRelu', ['most'], 'leaky', { alpha: { float: 0.25 } }),
  ],
  ['sum', 'leaky'],
);
const data = Float32Array.from({ length: 24 }, (_, i) => i - 20);

describe('a whole graph', () => {
  let engine: InferenceEngine;
  beforeAll(async () => {
    engine = await createEngine('onnxruntime', { threads: 1 });
  });
  const loaded = async () => {
    const network = await engine.loadGraph(GRAPH);
    afterAll(() => network.release());
    return network;
  };

  it('gives every output by its name', async () => {
    const outputs = await (await loaded()).run(new Map([['x', { shape: [1, 4, 2, 3], data }]]));
    expect([...outputs.keys()].sort()).toEqual(['leaky', 'sum']);
    const sum = Array.from({ length: 6 }, (_, i) => [0, 1, 2, 3].reduce((total, c) => total + data[6 * c + i]!, 0.5));
    expect(outputs.get('sum')).toEqual({ shape: [1, 1, 2, 3], data: Float32Array.from(sum) });
    const leaky = Array.from({ length: 12 }, (_, i) => Math.max(data[i]!, data[12 + i]!)).map((x) =>
      x < 0 ? x / 4 : x,
    );
    expect(outputs.get('leaky')).toEqual({ shape: [1, 2, 2, 3], data: Float32Array.from(leaky) });
  });

  it.each([
    ['is missing', new Map(), /expected x of \[1, 4, 2, 3\], got nothing/],
    ['has another shape', new Map([['x', { shape: [1, 4, 3, 2], data }]]), /got \[1, 4, 3, 2\]/],
  ])('is not run where its input %s', async (_what, inputs, message) => {
    await expect((await loaded()).run(inputs)).rejects.toMatchObject({
      code: 'DT_ENGINE_BLOCK',
      message: expect.stringMatching(message),
    });
  });

  it('is refused in our words where the library refuses it', async () => {
    const broken = { ...GRAPH, nodes: GRAPH.nodes.map((one) => ({ ...one, operator: `No${one.operator}` })) };
    await expect(engine.loadGraph(broken)).rejects.toMatchObject({ code: 'DT_ENGINE_LOAD' });
  });
});
