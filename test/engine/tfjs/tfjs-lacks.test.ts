import { describe, expect, it } from 'vitest';
import { createEngine, engineLacks } from '../../../server/engine/engines.js';
import type { Graph } from '../../../server/graph/graph.js';
import { conv, floats, integers, node, sketchGraph } from '../../graph/test-graphs.js';

const PICTURE = [1, 3, 8, 8];
const integer = (value: number) => ({ integer: value });

/** A graph whose last node is changed. */
function changed(graph: Graph, change: Partial<Graph['nodes'][number]>, values: Graph['values'] = graph.values): Graph {
  return { ...graph, nodes: [...graph.nodes.slice(0, -1), { ...graph.nodes.at(-1)!, ...change }], values };
}

const gathered = sketchGraph(PICTURE, [node('Gather', ['x', integers([0, 2])], 'y', { axis: integer(1) })]);
const relu = sketchGraph(PICTURE, [node('Relu', ['x'], 'y')]);
const split = (type: 'int64') => new Map(relu.values).set('x', { type, shape: PICTURE });

const LACKING: readonly (readonly [string, Graph, RegExp])[] = [
  ['an operator that it does not have', changed(relu, { operator: 'NonMaxSuppression' }), /^the operator is not known/],
  ['a name that objects have', changed(relu, { operator: 'toString' }), /^the operator is not known/],
  ['a computed kernel', changed(relu, { operator: 'Conv', inputs: ['x', 'x'] }), /^its input 1 is computed/],
  ['computed indices', changed(gathered, { inputs: ['x', 'x'] }), /^its input 1 is computed/],
  ['integers', changed(relu, {}, split('int64')), /^it computes with int64/],
  [
    'more axes than the library has',
    sketchGraph([1, 1, 1, 1, 1, 1, 2], [node('Relu', ['x'], 'y')]),
    /^its input has 7 axes/,
  ],
  ['several outputs', changed(relu, { operator: 'MaxPool', outputs: ['y', 'indices'] }), /^it has 2 outputs/],
  [
    'a map of several pictures',
    changed(relu, { operator: 'MaxPool' }, new Map(relu.values).set('x', { type: 'float32', shape: [2, 3, 8, 8] })),
    /^its input of \[2, 3, 8, 8\] is no map/,
  ],
  [
    'batches of different sizes',
    sketchGraph([2, 1, 3, 4], [node('MatMul', ['x', floats(Array(24).fill(1), [2, 4, 3])], 'y')]),
    /^it multiplies batches of \[2, 1\] and \[2\]/,
  ],
  [
    'a vector',
    sketchGraph([4], [node('MatMul', ['x', floats(Array(12).fill(1), [4, 3])], 'y')]),
    /^it multiplies a vector/,
  ],
  [
    'an even number of channels around each',
    sketchGraph(PICTURE, [node('LRN', ['x'], 'y', { size: integer(4) })]),
    /4 channels/,
  ],
  [
    'another padding',
    sketchGraph(PICTURE, [node('Pad', ['x', integers([0, 0, 1, 1, 0, 0, 1, 1])], 'y', { mode: { text: 'wrap' } })]),
    /^its mode is wrap/,
  ],
  [
    'other coordinates',
    sketchGraph(PICTURE, [
      node('Resize', ['x', '', floats([1, 1, 2, 2])], 'y', {
        coordinate_transformation_mode: { text: 'tf_crop_and_resize' },
      }),
    ]),
    /^its coordinates are those of tf_crop_and_resize/,
  ],
];

describe('what tfjs cannot run', () => {
  it.each(LACKING)('is found: %s', (_what, graph, why) => {
    const { name, operator } = graph.nodes.at(-1)!;
    expect(engineLacks('tfjs', graph)).toEqual([{ node: name, operator, why: expect.stringMatching(why) }]);
    expect(engineLacks('onnxruntime', graph)).toEqual([]);
  });

  it('is found in the structure of a graph, where weights have no bytes', () => {
    const graph = sketchGraph(PICTURE, [conv('x', 'a', [4, 3, 3])]);
    const constants = new Map([...graph.constants].map(([name, one]) => [name, { ...one, bytes: new Uint8Array(0) }]));
    expect(engineLacks('tfjs', { ...graph, constants })).toEqual([]);
  });

  it('is refused with the node, why, and what would do', async () => {
    const engine = await createEngine('tfjs', { backend: 'cpu' });
    const two = sketchGraph(PICTURE, [node('Relu', ['x'], 'a'), node('Relu', ['a'], 'y')]);
    const bad = { ...two, nodes: two.nodes.map((one) => ({ ...one, operator: 'Hardmax' })) };
    await expect(engine.loadGraph(bad)).rejects.toMatchObject({
      code: 'DT_ENGINE_LOAD',
      message:
        'sketch: tfjs cannot run Hardmax "Relu 0" (the operator is not known to it), nor 1 other node: take the engine onnxruntime',
    });
  });
});
