import { describe, expect, it } from 'vitest';
import { tileable } from '../../server/graph/cuts.js';
import { conv, floats, node, sketchGraph } from './test-graphs.js';

describe('where a graph can be cut', () => {
  it('counts what is read behind a cut: both values while a residual block is open', () => {
    const graph = sketchGraph(
      [1, 3, 8, 8],
      [
        conv('x', 'a', [4, 3, 3], { stride: 2 }),
        conv('a', 'b', [4, 4, 3]),
        node('Relu', ['b'], 'c'),
        node('Add', ['a', 'c'], 'd'),
        conv('d', 'e', [2, 4, 1]),
      ],
    );
    const { barriers, cuts, macs } = tileable(graph);
    expect(barriers).toEqual([]);
    expect(cuts.map(({ values }) => values)).toEqual([['a'], ['a', 'b'], ['a', 'c'], ['d'], ['e']]);
    expect(cuts.map(({ bytes }) => bytes)).toEqual([256, 512, 512, 256, 128]);
    expect(cuts.map((cut) => cut.macs)).toEqual([1728, 4032, 4032, 4032, 4160]);
    expect(macs).toBe(4160);
  });

  it('ends where a node needs a whole map, and says why; what is beside it goes on', () => {
    const graph = sketchGraph(
      [1, 4, 8, 8],
      [
        conv('x', 'a', [4, 4, 3]),
        node('GlobalAveragePool', ['a'], 'g'),
        conv('g', 'h', [4, 4, 1]),
        conv('a', 'b', [4, 4, 3]),
        node('Mul', ['b', 'h'], 'c'),
        conv('c', 'd', [4, 4, 1]),
      ],
    );
    const { barriers, cuts, local } = tileable(graph);
    expect(barriers).toEqual([{ node: graph.nodes[1], why: 'it pools the whole map' }]);
    expect(local.map(({ outputs }) => outputs[0])).toEqual(['a', 'b']);
    expect(cuts.map(({ values }) => values)).toEqual([['a'], ['a', 'b']]);
  });

  it('keeps an output of the graph to the end', () => {
    const graph = sketchGraph([1, 3, 8, 8], [conv('x', 'a', [2, 3, 1]), conv('a', 'b', [2, 2, 1])], ['a', 'b']);
    expect(tileable(graph).cuts.map(({ values }) => values)).toEqual([['a'], ['a', 'b']]);
  });

  it('has no cut where a value is no feature map', () => {
    const graph = sketchGraph([1, 3, 4, 4], [node('Transpose', ['x'], 'a', { perm: { integers: [0, 2, 3, 1] } })]);
    expect(tileable(graph)).toMatchObject({
      local: [],
      cuts: [],
      barriers: [{ why: 'Transpose is not known to be local' }],
    });
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
