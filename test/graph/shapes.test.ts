import { describe, expect, it } from 'vitest';
import { conv, floats, integers, node, sketchGraph } from './test-graphs.js';

const shapesOf = (sketch: Parameters<typeof sketchGraph>[1][number], input = [1, 4, 6, 8]) =>
  sketch.outputs.map((name) => sketchGraph(input, [sketch]).values.get(name)!.shape);

describe('the shape of what a node puts out', () => {
  it.each([
    ['a convolution', conv('x', 'y', [5, 4, 3], { stride: 2 }), [[1, 5, 3, 4]]],
    ['a dilated convolution', conv('x', 'y', [5, 4, 3], { dilation: 2, pad: 0 }), [[1, 5, 2, 4]]],
    [
      'a transposed convolution',
      node('ConvTranspose', ['x', floats(Array(4 * 3 * 4).fill(0), [4, 3, 2, 2])], 'y', {
        strides: { integers: [2, 2] },
      }),
      [[1, 3, 12, 16]],
    ],
    ['a sum with a bias', node('Add', ['x', floats([1, 2, 3, 4], [4, 1, 1])], 'y'), [[1, 4, 6, 8]]],
    [
      'a split',
      { operator: 'Split', inputs: ['x', integers([1, 3])], outputs: ['y', 'z'], attributes: { axis: { integer: 1 } } },
      [
        [1, 1, 6, 8],
        [1, 3, 6, 8],
      ],
    ],
    [
      'a slice with steps',
      node('Slice', ['x', integers([1]), integers([99]), integers([-1]), integers([3])], 'y'),
      [[1, 4, 6, 3]],
    ],
    ['a reshape', node('Reshape', ['x', integers([0, 2, -1])], 'y'), [[1, 2, 96]]],
    ['a transposition', node('Transpose', ['x'], 'y', { perm: { integers: [0, 2, 3, 1] } }), [[1, 6, 8, 4]]],
    ['resizing', node('Resize', ['x', '', floats([1, 1, 2, 0.5])], 'y'), [[1, 4, 12, 4]]],
    ['a mean over rows and columns', node('ReduceMean', ['x'], 'y', { axes: { integers: [2, 3] } }), [[1, 4, 1, 1]]],
    ['a squeeze', node('Squeeze', ['x', integers([0])], 'y'), [[4, 6, 8]]],
    ['an unsqueeze', node('Unsqueeze', ['x', integers([0, -1])], 'y'), [[1, 1, 4, 6, 8, 1]]],
    ['a flattening', node('Flatten', ['x'], 'y'), [[1, 192]]],
    ['a gathering of channels', node('Gather', ['x', integers([3, 1])], 'y', { axis: { integer: 1 } }), [[1, 2, 6, 8]]],
    ['a product with a vector', node('MatMul', ['x', floats(Array(8).fill(0))], 'y'), [[1, 4, 6]]],
    [
      'a product with a matrix a channel',
      node('MatMul', ['x', floats(Array(96).fill(0), [4, 8, 3])], 'y'),
      [[1, 4, 6, 3]],
    ],
    [
      'a sum that does nothing',
      node('ReduceSum', ['x'], 'y', { noop_with_empty_axes: { integer: 1 } }),
      [[1, 4, 6, 8]],
    ],
  ] as const)('of %s', (_what, sketch, shapes) => {
    expect(shapesOf(sketch)).toEqual(shapes);
  });

  it.each([
    ['maps that do not fit', node('Add', ['x', floats([1, 2], [2, 1, 1])], 'y'), /Add "Add 0" has inputs of/],
    ['a window larger than the map', conv('x', 'y', [1, 4, 9], { pad: 0 }), /would put out \[1, 1, -2, 0\]/],
    ['a reshape to other counts', node('Reshape', ['x', integers([7, 5])], 'y'), /makes \[1, 4, 6, 8\] into/],
    ['an unknown operator', node('Frobnicate', ['x'], 'y'), /no known shape/],
    [
      'a product of matrices that do not broadcast',
      node('MatMul', ['x', floats(Array(72).fill(0), [3, 8, 3])], 'y'),
      /has inputs of \[1, 4\] and \[3\]/,
    ],
    ['a missing input', node('Conv', ['x'], 'y'), /lacks input 1/],
    ['an axis that is none', node('Concat', ['x'], 'y', { axis: { integer: 4 } }), /names axis 4 of 4/],
  ])('of %s is refused', (_what, sketch, message) => {
    expect(() => shapesOf(sketch)).toThrowError(
      expect.objectContaining({ code: 'DT_GRAPH_SHAPE', message: expect.stringMatching(message) }),
    );
  });

  it('of windows needs maps, and of blocks maps with rows and columns', () => {
    expect(() => shapesOf(conv('x', 'y', [1, 4, 3]), [4, 6])).toThrow(
      /takes \[4, 6\], where maps of at least three axes/,
    );
    const blocks = node('DepthToSpace', ['x'], 'y', { blocksize: { integer: 2 } });
    expect(() => shapesOf(blocks, [1, 4, 6])).toThrow(/takes \[1, 4, 6\], where maps of 4 axes are needed/);
  });
});
