import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Attribute } from '../../server/graph/graph.js';
import { type AxisReach, inputRange, type Reach, reachOf } from '../../server/graph/reach.js';
import { conv, floats, integers, node, sketchGraph } from './test-graphs.js';

const text = (value: string): Attribute => ({ text: value });
const reachOfOnly = (sketch: Parameters<typeof sketchGraph>[1][number], input = [1, 4, 12, 12]): Reach => {
  const graph = sketchGraph(input, [sketch]);
  return reachOf(graph, graph.nodes[0]!);
};
const rowsOf = (reach: Reach): AxisReach => {
  if (reach.kind !== 'local') throw new Error(reach.why);
  return reach.rows;
};

describe('what an operator needs of its input', () => {
  it.each([
    ['a convolution', conv('x', 'y', [4, 4, 3], { stride: 2, dilation: 2, pad: 2 }), [3, 5], [4, 11]],
    ['an activation', node('Relu', ['x'], 'y'), [3, 5], [3, 5]],
    ['a sum with a constant', node('Add', ['x', floats([1, 2, 3, 4], [1, 4, 1, 1])], 'y'), [3, 5], [3, 5]],
    [
      'a strided slice',
      node('Slice', ['x', integers([1]), integers([12]), integers([2]), integers([2])], 'y'),
      [2, 4],
      [5, 8],
    ],
    ['padding', node('Pad', ['x', integers([0, 0, 1, 1, 0, 0, 1, 1])], 'y'), [0, 5], [0, 4]],
    ['depth to space', node('DepthToSpace', ['x'], 'y', { blocksize: { integer: 2 } }), [3, 6], [1, 3]],
    ['space to depth', node('SpaceToDepth', ['x'], 'y', { blocksize: { integer: 3 } }), [1, 2], [3, 6]],
    [
      'nearest resizing',
      node('Resize', ['x', '', floats([1, 1, 2, 2])], 'y', {
        mode: text('nearest'),
        coordinate_transformation_mode: text('asymmetric'),
        nearest_mode: text('floor'),
      }),
      [3, 6],
      [1, 3],
    ],
    ['linear resizing', node('Resize', ['x', '', floats([1, 1, 2, 2])], 'y', { mode: text('linear') }), [6, 8], [2, 5]],
    ['halving', node('Resize', ['x', '', floats([1, 1, 0.5, 0.5])], 'y', { mode: text('linear') }), [1, 3], [2, 6]],
    ['quartering', node('Resize', ['x', '', floats([1, 1, 0.25, 2])], 'y', { mode: text('nearest') }), [1, 3], [4, 12]],
    ['a mean of channels', node('ReduceMean', ['x'], 'y', { axes: { integers: [1] } }), [3, 5], [3, 5]],
    ['a sum of channels', node('ReduceSum', ['x', integers([-3])], 'y'), [3, 5], [3, 5]],
  ] as const)('%s', (_what, sketch, [start, end], [from, to]) => {
    expect(inputRange(rowsOf(reachOfOnly(sketch)), 12, { start, end })).toMatchObject({ start: from, end: to });
  });

  it.each([
    ['global pooling', node('GlobalAveragePool', ['x'], 'y'), 'pools the whole map'],
    ['a reshape', node('Reshape', ['x', integers([1, -1])], 'y'), 'no feature maps'],
    ['softmax along columns', node('Softmax', ['x'], 'y', { axis: { integer: 3 } }), 'along rows or columns'],
    [
      'resizing to corners',
      node('Resize', ['x', '', floats([1, 1, 2, 2])], 'y', {
        mode: text('linear'),
        coordinate_transformation_mode: text('align_corners'),
      }),
      'align_corners',
    ],
    [
      'resizing by a third, which is no exact number',
      node('Resize', ['x', '', floats([1, 1, 1 / 3, 1 / 3])], 'y', { mode: text('linear') }),
      'no halves or quarters',
    ],
    [
      'halving in a mode that looks at the size of the output',
      node('Resize', ['x', '', floats([1, 1, 0.5, 0.5])], 'y', {
        coordinate_transformation_mode: text('pytorch_half_pixel'),
      }),
      'it scales by 0.5',
    ],
    ['a mean of rows', node('ReduceMean', ['x'], 'y', { axes: { integers: [1, 2] } }), 'reduces the whole map'],
    ['a sum of everything', node('ReduceSum', ['x'], 'y'), 'reduces the whole map'],
    ['a product of matrices', node('MatMul', ['x', floats(Array(144).fill(0), [12, 12])], 'y'), 'MatMul is not known'],
    ['a convolution with more padding than window', conv('x', 'y', [4, 4, 1], { pad: 1 }), 'padding'],
  ])('%s needs everything', (_what, sketch, why) => {
    expect(reachOfOnly(sketch)).toMatchObject({ kind: 'everything', why: expect.stringContaining(why) });
  });

  it.each([
    ['a line', [1, 4, 12], [4, 4, 3]],
    ['a volume', [1, 4, 12, 12, 12], [4, 4, 3, 3, 3]],
    ['two pictures', [2, 4, 12, 12], [4, 4, 3, 3]],
  ])('of windows on %s is everything', (_what, input, kernel) => {
    const weights = floats(Array(kernel.reduce((a, b) => a * b)).fill(0), kernel);
    const reach = reachOfOnly(node('Conv', ['x', weights], 'y'), input);
    expect(reach).toEqual({ kind: 'everything', why: 'its values are no feature maps' });
  });

  it('of a transposed convolution is every cell that reaches the range, and no other', () => {
    fc.assert(
      fc.property(
        fc.record({
          kernel: fc.integer({ min: 1, max: 5 }),
          stride: fc.integer({ min: 1, max: 3 }),
          before: fc.integer({ min: 0, max: 2 }),
        }),
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 1, max: 6 }),
        ({ kernel, stride, before }, start, length) => {
          const size = 9;
          const reached = new Set<number>();
          for (let i = 0; i < size; i++) {
            for (let k = 0; k < kernel; k++) {
              const o = i * stride - before + k;
              if (o >= start && o < start + length) reached.add(i);
            }
          }
          const got = inputRange({ kind: 'spread', kernel, stride, before, halo: 0 }, size, {
            start,
            end: start + length,
          });
          for (const i of reached) expect(i >= got.start && i < got.end).toBe(true);
          if (reached.size > 0 && kernel >= stride) expect(got.end - got.start).toBe(reached.size);
        },
      ),
    );
  });

  it('of a window is every cell under it, and what it lacks is padding', () => {
    fc.assert(
      fc.property(
        fc.record({
          kernel: fc.integer({ min: 1, max: 5 }),
          stride: fc.integer({ min: 1, max: 3 }),
          before: fc.integer({ min: -3, max: 4 }),
        }),
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        ({ kernel, stride, before }, start, length) => {
          fc.pre(before < kernel);
          const size = 14;
          const cells = new Set<number>();
          for (let o = start; o < start + length; o++)
            for (let k = 0; k < kernel; k++) cells.add(o * stride - before + k);
          const inside = [...cells].filter((cell) => cell >= 0 && cell < size);
          // Every window has a cell on the map, as `reachOf` demands of padding.
          fc.pre(inside.length > 0 && (start + length - 1) * stride - before < size);
          const got = inputRange({ kind: 'window', kernel, stride, before, after: 0 }, size, {
            start,
            end: start + length,
          });
          expect(got.start).toBe(Math.min(...inside));
          expect(got.end).toBe(Math.max(...inside) + 1);
          expect(got.before).toBe(Math.max(0, -Math.min(...cells)));
          expect(got.after).toBe(Math.max(0, Math.max(...cells) + 1 - size));
        },
      ),
    );
  });
});
