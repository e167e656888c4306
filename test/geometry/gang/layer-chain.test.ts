import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planGraph } from '../../../server/geometry/choose-cut.js';
import { layerChain } from '../../../server/geometry/gang/layer-chain.js';
import { segmentStage } from '../../../server/geometry/segments.js';
import { stageOf } from '../../../server/geometry/stage.js';
import { tileable } from '../../../server/graph/cuts.js';
import type { Graph } from '../../../server/graph/graph.js';
import { conv, node, sketchGraph } from '../../graph/test-graphs.js';
import { arbitraryChain } from '../arbitrary-plans.js';
import { chainGraph } from '../chain-graphs.js';
import { yolov2Chain } from '../layer-chains.js';

const ONE_TILE = { rows: 1, columns: 1 };
const INPUT = [1, 4, 8, 8];
const pooling = { kernel_shape: { integers: [2, 2] }, strides: { integers: [2, 2] } };

function chainAtEnd(graph: Graph, values: readonly string[] = graph.outputs) {
  const { cuts, local } = tileable(graph);
  return layerChain(segmentStage(stageOf(graph, local, cuts.findLast((cut) => `${cut.values}` === `${values}`)!)));
}

describe('a stage as a chain of layers', () => {
  it('has the layers that it was made of', () => {
    fc.assert(
      fc.property(arbitraryChain(24, 6), (made) => {
        fc.pre(made.every(({ kind, kernel, stride }) => kind === 'conv' || kernel > 1 || stride > 1));
        const { depth, layers, maps, stage } = chainAtEnd(chainGraph(made))!;
        expect(layers).toEqual(made.map(({ kind, ...geometry }) => geometry));
        expect(maps).toEqual([made[0]!.input, ...made.map(({ output }) => output)]);
        expect([depth, stage.segments.length]).toEqual([made.length, made.length]);
      }),
      { numRuns: 200 },
    );
  });

  it('has a segment for each layer, with what is done cell by cell to its output', () => {
    const graph = sketchGraph(INPUT, [
      conv('x', 'a', [4, 4, 3]),
      node('Sigmoid', ['a'], 'gate'),
      node('Mul', ['a', 'gate'], 'b'),
      node('MaxPool', ['b'], 'c', pooling),
      conv('c', 'd', [8, 4, 1]),
      node('Relu', ['d'], 'e'),
    ]);
    const { layers, maps, stage } = chainAtEnd(graph)!;
    expect(stage.segments.map(({ nodes }) => nodes.map((one) => one.node.outputs[0]))).toEqual([
      ['a', 'gate', 'b'],
      ['c'],
      ['d', 'e'],
    ]);
    expect(stage.mapNames).toEqual(['x', 'b', 'c', 'e']);
    expect(maps.map(({ channels, height }) => [channels, height])).toEqual([
      [4, 8],
      [4, 8],
      [4, 4],
      [8, 4],
    ]);
    expect(
      layers.map(({ kernel, stride, padBefore, macsPerCell }) => [kernel, stride, padBefore, macsPerCell]),
    ).toEqual([
      [3, 1, 1, 4 * 4 * 9],
      [2, 2, 0, 0],
      [1, 1, 0, 4 * 8],
    ]);
  });

  it('leaves the segments of tiles as they are', () => {
    const { chain, stage } = planGraph(chainGraph(yolov2Chain()), 16, ONE_TILE);
    expect([stage.segments.length, chain!.stage.segments.length]).toEqual([8, 16]);
    expect(chain!.stage.macs).toBe(stage.macs);
  });

  it.each<[string, Parameters<typeof sketchGraph>[1], readonly string[]]>([
    [
      'a shortcut past a layer',
      [conv('x', 'a', [4, 4, 3]), conv('a', 'b', [4, 4, 3]), node('Add', ['a', 'b'], 'c')],
      ['c'],
    ],
    ['a shortcut of the picture', [conv('x', 'a', [4, 4, 3]), node('Add', ['x', 'a'], 'b')], ['b']],
    [
      'two branches that are joined',
      [
        conv('x', 'a', [4, 4, 1]),
        conv('a', 'b', [4, 4, 3]),
        conv('a', 'c', [4, 4, 1]),
        node('Concat', ['b', 'c'], 'd', { axis: { integer: 1 } }),
      ],
      ['d'],
    ],
    ['two values that are handed over', [conv('x', 'a', [4, 4, 3]), conv('a', 'b', [4, 4, 3])], ['a', 'b']],
    ['something before the first layer', [node('Relu', ['x'], 'a'), conv('a', 'b', [4, 4, 3])], ['b']],
    [
      'windows that are no squares',
      [node('MaxPool', ['x'], 'a', { kernel_shape: { integers: [2, 3] }, pads: { integers: [0, 1, 0, 1] } })],
      ['a'],
    ],
    [
      'another stride along rows',
      [node('MaxPool', ['x'], 'a', { kernel_shape: { integers: [2, 2] }, strides: { integers: [2, 1] } })],
      ['a'],
    ],
    ['a map that is made larger', [node('DepthToSpace', ['x'], 'a', { blocksize: { integer: 2 } })], ['a']],
    ['nothing that multiplies or looks around', [node('Relu', ['x'], 'a')], ['a']],
  ])('is none with %s', (_what, sketches, values) => {
    expect(chainAtEnd(sketchGraph(INPUT, sketches, values), values)).toBeNull();
  });
});
