import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { segmentGraph } from '../../server/geometry/segment-graph.js';
import { segmentStage } from '../../server/geometry/segments.js';
import { stageOf } from '../../server/geometry/stage.js';
import { tileable } from '../../server/graph/cuts.js';
import type { Graph } from '../../server/graph/graph.js';
import { conv as convOf, node, sketchGraph } from '../graph/test-graphs.js';
import { arbitraryChain } from './arbitrary-plans.js';
import { chainGraph } from './chain-graphs.js';
import { chain, conv, max, type TestLayer, yolov2Chain } from './layer-chains.js';

const square = (size: number) => ({ channels: 1, height: size, width: size });
const segmented = (graph: Graph) => {
  const { cuts, local } = tileable(graph);
  return segmentStage(stageOf(graph, local, cuts.at(-1)!));
};
const layerOf = ({ name }: { readonly name: string }) => Number(name.replace('layer ', ''));
/** The layers of each segment of a chain. */
const layersBySegment = (layers: readonly TestLayer[]) =>
  segmented(chainGraph(layers)).segments.map(({ nodes }) => nodes.map((one) => layerOf(one.node)));
const starts = (layers: readonly TestLayer[]) => layersBySegment(layers).map(([first]) => first!);

describe('the segments of a chain', () => {
  it("cut YOLOv2's first 16 layers before each 3x3 convolution", () => {
    expect(layersBySegment(yolov2Chain())).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
      [6, 7],
      [8, 9],
      [10, 11],
      [12, 13],
      [14, 15],
    ]);
    const { mapNames, outputs, segments } = segmented(chainGraph(yolov2Chain()));
    expect(mapNames).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16].map((map) => `map ${map}`));
    expect(outputs).toEqual([8]);
    // What was the input of segment k is map k, and the stage's output is the last one.
    expect(segments.map(({ index, inputs, writes }) => [index, inputs.map(({ map }) => map), writes])).toEqual(
      segments.map((_, k) => [k, [k], [k + 1]]),
    );
  });

  it('start at layer 0 whatever it is', () => {
    expect(starts(chain(square(8), [conv(1, 1), max(2, 2)]))).toEqual([0]);
  });

  it.each([
    { name: 'a window wider than its stride, without padding', specs: [conv(1, 1), conv(3, 1, 2, 0)], cut: true },
    { name: 'pooling 2/2 on an even map', specs: [conv(1, 1), max(2, 2)], cut: false },
    { name: 'pooling 2/2 with padding that an even map leaves unused', specs: [conv(1, 1), max(2, 2, 1)], cut: false },
    { name: 'pooling 2/2 that pads an odd map after', specs: [conv(1, 1), conv(2, 1, 1, 0), max(2, 2)], cut: true },
    {
      name: 'pooling 2/2 without padding on an odd map',
      specs: [conv(1, 1), conv(2, 1, 1, 0), max(2, 2, 0)],
      cut: false,
    },
    { name: 'pooling 2/1', specs: [conv(1, 1), max(2, 1)], cut: true },
    { name: 'a window no wider than its stride that pads before', specs: [conv(1, 1), conv(3, 1, 3, 1)], cut: true },
    { name: 'a window narrower than its stride', specs: [conv(1, 1), conv(1, 1, 2, 0)], cut: false },
  ])('$name: starts a segment: $cut', ({ specs, cut }) => {
    const layers = chain(square(8), specs);
    expect(layers).toHaveLength(specs.length);
    expect(starts(layers).includes(specs.length - 1)).toBe(cut);
  });

  it('cover every layer once, in order, and leave no halo and no padding inside', () => {
    fc.assert(
      fc.property(arbitraryChain(24, 6), (layers) => {
        const segments = layersBySegment(layers);
        expect(segments.flat()).toEqual([...layers.keys()]);
        for (const [, ...inside] of segments) {
          for (const { kernel, stride, padBefore, input, output } of inside.map((index) => layers[index]!)) {
            expect(kernel).toBeLessThanOrEqual(stride);
            expect(padBefore).toBe(0);
            expect((output.width - 1) * stride + kernel).toBeLessThanOrEqual(input.width);
            expect((output.height - 1) * stride + kernel).toBeLessThanOrEqual(input.height);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('the engine calls of a stage', () => {
  it('are one for a chain of activations around a sigmoid gate', () => {
    const graph = sketchGraph(
      [1, 4, 8, 8],
      [
        convOf('x', 'a', [4, 4, 3]),
        node('Sigmoid', ['a'], 'gate'),
        node('Mul', ['a', 'gate'], 'b'),
        convOf('b', 'c', [4, 4, 1]),
      ],
    );
    const { mapNames, segments } = segmented(graph);
    expect(segments.map(({ nodes, writes }) => [nodes.length, writes])).toEqual([[4, [1]]]);
    expect(mapNames).toEqual(['x', 'c']);
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
        convOf('z', 'w', [4, 4, 3]),
      ],
      ['d', 'w'],
    );
    const { graph: whole, mapNames, outputs, segments } = segmented(graph);
    const there = new Set(whole.inputs);
    for (const { nodes, writes } of segments) {
      const own = new Set(nodes.flatMap((one) => one.node.outputs));
      for (const name of nodes.flatMap(({ reads }) => reads)) {
        if (own.has(name) && !mapNames.includes(name)) continue;
        expect(there.has(name), `${name} is read before it is there`).toBe(true);
      }
      for (const map of writes) there.add(mapNames[map]!);
    }
    expect([...there]).toEqual(expect.arrayContaining(['d', 'w']));
    expect(outputs.map((map) => mapNames[map])).toEqual(expect.arrayContaining(['d', 'w']));
  });

  it('have an input for each part of a value that they read', () => {
    const graph = sketchGraph(
      [1, 2, 8, 8],
      [
        convOf('x', 'v', [2, 2, 3]),
        node('Relu', ['v'], 'r'),
        node('Sigmoid', ['v'], 's'),
        convOf('r', 'a', [2, 2, 1], { stride: 2 }),
        node('MaxPool', ['s'], 'b', { kernel_shape: { integers: [2, 2] }, strides: { integers: [2, 2] } }),
        node('Add', ['a', 'b'], 'c'),
      ],
    );
    const stage = segmented(graph);
    const last = stage.segments.at(-1)!;
    expect(last.inputs.map(({ map }) => stage.mapNames[map])).toEqual(['v', 'v']);
    expect(segmentGraph(stage, last).inputs).toHaveLength(2);
  });
});
