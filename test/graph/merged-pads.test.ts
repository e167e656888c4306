import { beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../server/engine/engines.js';
import type { InferenceEngine } from '../../server/engine/inference-engine.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import type { Graph } from '../../server/graph/graph.js';
import { withMergedPads } from '../../server/graph/merged-pads.js';
import { conv, floats, integers, node, sketchGraph } from './test-graphs.js';

const LEAST = -3.4028234663852886e38;
/** A row above, two columns before, a column after. */
const SIDES = integers([0, 0, 1, 2, 0, 0, 0, 1]);
const window = (extra: object = {}) => ({ kernel_shape: { integers: [3, 3] }, ...extra });
const padded = (value: number | null, sides = SIDES, attributes = {}) =>
  node('Pad', ['x', sides, ...(value === null ? [] : [floats([value], [])])], 'a', attributes);
const reader = (operator: string, attributes: object = window()) => node(operator, ['a'], 'b', attributes);

describe('padding of its own', () => {
  let engine: InferenceEngine;
  beforeAll(async () => {
    engine = await createEngine('onnxruntime', { threads: 1 });
  });
  async function run(graph: Graph): Promise<Float32Array> {
    const network = await engine.loadGraph(graph);
    // Below zero throughout, so that a zero would win a maximum.
    const data = Float32Array.from({ length: 2 * 6 * 6 }, (_, i) => -1 - ((i * 37) % 101) / 8);
    const outputs = await network.run(new Map([['x', { shape: [1, 2, 6, 6], data }]]));
    await network.release();
    return outputs.get('b')!.data as Float32Array;
  }

  it.each([
    ['a convolution', padded(0), conv('a', 'b', [2, 2, 3], { pad: 0 }), [1, 2, 0, 1]],
    ['a convolution, zeros left out', padded(null), conv('a', 'b', [2, 2, 3], { pad: 0 }), [1, 2, 0, 1]],
    [
      'a convolution that pads itself',
      padded(0, integers([0, 0, 1, 1, 0, 0, 1, 1])),
      conv('a', 'b', [2, 2, 5], { pad: 2 }),
      [3, 3, 3, 3],
    ],
    ['a maximum', padded(LEAST), reader('MaxPool'), [1, 2, 0, 1]],
    [
      'a mean that counts zeros',
      padded(0),
      reader('AveragePool', window({ count_include_pad: { integer: 1 } })),
      [1, 2, 0, 1],
    ],
  ] as const)('is given to %s, which computes the same', async (_what, pad, read, pads) => {
    const graph = sketchGraph([1, 2, 6, 6], [pad, read]);
    const merged = withMergedPads(graph);
    expect(merged.nodes.map(({ operator, inputs }) => [operator, inputs[0]])).toEqual([[read.operator, 'x']]);
    expect(merged.nodes[0]!.attributes.pads).toEqual({ integers: [...pads] });
    expect(merged.values.has('a')).toBe(false);
    expect(merged.values.get('b')).toEqual(graph.values.get('b'));
    const [got, right] = [await run(merged), await run(graph)];
    expect(relativeDifference(got, right)).toBeLessThanOrEqual(TOLERANCE.f32);
  });

  it('is given on by the Pad right before a reader; one before that stays', async () => {
    const graph = sketchGraph(
      [1, 2, 6, 6],
      [
        padded(0, integers([0, 0, 1, 0, 0, 0, 0, 0])),
        node('Pad', ['a', integers([0, 0, 0, 1, 0, 0, 0, 0])], 'c'),
        conv('c', 'b', [2, 2, 3], { pad: 0 }),
      ],
    );
    const merged = withMergedPads(graph);
    expect(merged.nodes.map(({ operator }) => operator)).toEqual(['Pad', 'Conv']);
    const [got, right] = [await run(merged), await run(graph)];
    expect(relativeDifference(got, right)).toBeLessThanOrEqual(TOLERANCE.f32);
  });

  it.each([
    ['zeros around a maximum', [padded(0), reader('MaxPool')]],
    ['minus infinity around a convolution', [padded(LEAST), conv('a', 'b', [2, 2, 3], { pad: 0 })]],
    ['zeros that a mean leaves out', [padded(0), reader('AveragePool')]],
    ['another number', [padded(0.5), conv('a', 'b', [2, 2, 3], { pad: 0 })]],
    ['more than the window', [padded(0, integers([0, 0, 3, 0, 0, 0, 0, 0])), conv('a', 'b', [2, 2, 3], { pad: 0 })]],
    ['channels', [padded(0, integers([0, 1, 0, 0, 0, 1, 0, 0])), conv('a', 'b', [2, 4, 3], { pad: 0 })]],
    [
      'cells that are taken away',
      [padded(0, integers([0, 0, -1, 0, 0, 0, 0, 0])), conv('a', 'b', [2, 2, 3], { pad: 0 })],
    ],
    [
      'a map that mirrors itself',
      [padded(null, SIDES, { mode: { text: 'reflect' } }), conv('a', 'b', [2, 2, 3], { pad: 0 })],
    ],
    ['a map that another reads as well', [padded(0), conv('a', 'b', [2, 2, 3], { pad: 0 }), node('Relu', ['a'], 'c')]],
    ['a map that nothing with windows reads', [padded(0), node('Relu', ['a'], 'b')]],
  ])('stays where it is: %s', (_what, sketches) => {
    const graph = sketchGraph([1, 2, 6, 6], sketches);
    expect(withMergedPads(graph)).toBe(graph);
  });

  it('stays where the padded map is handed over', () => {
    const graph = sketchGraph([1, 2, 6, 6], [padded(0), conv('a', 'b', [2, 2, 3], { pad: 0 })], ['a', 'b']);
    expect(withMergedPads(graph)).toBe(graph);
  });
});
