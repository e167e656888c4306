import { describe, expect, it } from 'vitest';
import { tileable } from '../../../server/graph/cuts.js';
import type { Graph } from '../../../server/graph/graph.js';
import { segmentStage } from '../../../server/graph/tiles/graph-segments.js';
import { segmentGraph } from '../../../server/graph/tiles/segment-graph.js';
import { stageOf } from '../../../server/graph/tiles/stage.js';
import { conv, floats, node, sketchGraph } from '../test-graphs.js';

const segmented = (graph: Graph) => {
  const { cuts, local } = tileable(graph);
  return segmentStage(stageOf(graph, local, cuts.at(-1)!));
};

describe('the engine calls of a stage', () => {
  it('are one for a chain of activations around a sigmoid gate', () => {
    const graph = sketchGraph(
      [1, 4, 8, 8],
      [
        conv('x', 'a', [4, 4, 3]),
        node('Sigmoid', ['a'], 'gate'),
        node('Mul', ['a', 'gate'], 'b'),
        conv('b', 'c', [4, 4, 1]),
      ],
    );
    expect(segmented(graph).segments.map(({ nodes, writes }) => [nodes.length, writes])).toEqual([[4, ['c']]]);
  });

  it('each come after those whose outputs they read, also where a value is found to cross a later call', () => {
    const graph = sketchGraph(
      [1, 4, 8, 8],
      [
        node('Relu', ['x'], 'p0'),
        node('Sigmoid', ['p0'], 'p'),
        node('Tanh', ['x'], 'z'),
        node('Relu', ['p'], 'y'),
        node('Add', ['p', 'z'], 'a'),
        node('Neg', ['p0'], 'b'),
        node('Add', ['y', 'a'], 'c'),
        node('Add', ['c', 'b'], 'd'),
        conv('z', 'w', [4, 4, 3]),
      ],
      ['d', 'w'],
    );
    const { graph: whole, materialised, segments } = segmented(graph);
    const there = new Set(whole.inputs);
    for (const { nodes, writes } of segments) {
      const own = new Set(nodes.flatMap((one) => one.node.outputs));
      for (const name of nodes.flatMap(({ reads }) => reads)) {
        if (own.has(name) && !materialised.has(name)) continue;
        expect(there.has(name), `${name} is read before it is there`).toBe(true);
      }
      for (const name of writes) there.add(name);
    }
    expect([...there]).toEqual(expect.arrayContaining(['d', 'w']));
  });

  it('have an input for each part of a value that they read', () => {
    const graph = sketchGraph(
      [1, 2, 8, 8],
      [
        conv('x', 'v', [2, 2, 3]),
        node('Relu', ['v'], 'r'),
        node('Sigmoid', ['v'], 's'),
        conv('r', 'a', [2, 2, 1], { stride: 2 }),
        node('MaxPool', ['s'], 'b', { kernel_shape: { integers: [2, 2] }, strides: { integers: [2, 2] } }),
        node('Add', ['a', 'b'], 'c'),
      ],
    );
    const stage = segmented(graph);
    expect(segmentGraph(stage, stage.segments.at(-1)!).graph.inputs).toHaveLength(2);
  });
});

describe('an operator ends a stage', () => {
  it.each([
    [
      'whose constant differs from column to column',
      node('Add', ['x', floats([1, 2, 3, 4, 5, 6, 7, 8])], 'y'),
      'from cell to cell',
    ],
    [
      'whose constant differs from row to row',
      node('Mul', ['x', floats([1, 2, 3, 4], [4, 1])], 'y'),
      'from cell to cell',
    ],
    [
      'that joins a constant map',
      node('Concat', ['x', floats(Array(32).fill(0), [1, 1, 4, 8])], 'y', { axis: { integer: 1 } }),
      'joins a constant',
    ],
  ])('%s', (_what, sketch, why) => {
    const graph = sketchGraph([1, 2, 4, 8], [sketch]);
    expect(tileable(graph)).toMatchObject({ local: [], barriers: [{ why: expect.stringContaining(why) }] });
  });
});
