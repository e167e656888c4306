import { describe, expect, test } from 'vitest';
import { normaliseOnnx } from '../../../server/engine/onnxruntime/onnx-normalisation.js';
import { importOnnx } from '../../../server/formats/onnx/import-onnx.js';
import { elementCount } from '../../../server/graph/graph.js';
import { type FileModel, type FileNode, float32Tensor, int64Tensor, onnxFile } from '../../support/onnx-file.js';
import { largestDifference, runFile, runGraph } from '../../support/onnx-run.js';

/** A file with one node of interest (or a few) that read `x`, of 3 channels, and put out `y`. */
interface Case {
  readonly title: string;
  readonly opset: number;
  readonly shape?: readonly [height: number, width: number];
  readonly nodes: readonly FileNode[];
  readonly tensors?: FileModel['tensors'];
  /** Operators of the graph, in order. */
  readonly operators: readonly string[];
  /** Attributes of the first node. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Left out: 1e-6. */
  readonly tolerance?: number;
}

const node = (
  operator: string,
  inputs: string[],
  attributes: FileNode['attributes'] = {},
  outputs = ['y'],
): FileNode => ({
  ...{ operator, inputs, outputs, attributes },
});
const ints = (...integers: number[]) => ({ integers });
const int = (integer: number) => ({ integer });
const text = (value: string) => ({ text: value });
const pool = (kernel: number, stride: number, more: FileNode['attributes'] = {}) => ({
  kernel_shape: ints(kernel, kernel),
  strides: ints(stride, stride),
  ...more,
});
const weights = float32Tensor('w', [4, 3, 3, 3]);
/** [input channels, output channels, height, width] */
const transposedWeights = float32Tensor('w', [3, 4, 3, 3]);

const CASES: readonly Case[] = [
  {
    title: 'SAME_UPPER on an even map is (0, 1)',
    opset: 17,
    shape: [8, 10],
    nodes: [node('Conv', ['x', 'w'], { auto_pad: text('SAME_UPPER'), strides: ints(2, 2) })],
    tensors: [weights],
    operators: ['Conv'],
    attributes: {
      ...{ kernel_shape: ints(3, 3), strides: ints(2, 2), dilations: ints(1, 1), group: int(1) },
      pads: ints(0, 0, 1, 1),
    },
  },
  {
    title: 'SAME_LOWER on an even map is (1, 0)',
    opset: 17,
    shape: [8, 10],
    nodes: [node('Conv', ['x', 'w'], { auto_pad: text('SAME_LOWER'), strides: ints(2, 2) })],
    tensors: [weights],
    operators: ['Conv'],
    attributes: {
      ...{ kernel_shape: ints(3, 3), strides: ints(2, 2), dilations: ints(1, 1), group: int(1) },
      pads: ints(1, 1, 0, 0),
    },
  },
  {
    title: 'SAME_UPPER on an odd map, with groups',
    opset: 17,
    shape: [9, 11],
    nodes: [node('Conv', ['x', 'w'], { auto_pad: text('SAME_UPPER'), group: int(3), strides: ints(2, 3) })],
    tensors: [float32Tensor('w', [6, 1, 3, 2])],
    operators: ['Conv'],
  },
  {
    title: 'SAME_UPPER of 1x1 windows with a stride of 2',
    opset: 17,
    shape: [8, 9],
    nodes: [node('Conv', ['x', 'w'], { auto_pad: text('SAME_UPPER'), strides: ints(2, 2) })],
    tensors: [float32Tensor('w', [4, 3, 1, 1])],
    operators: ['Conv'],
  },
  {
    title: 'VALID has no pads',
    opset: 17,
    nodes: [node('MaxPool', ['x'], pool(3, 2, { auto_pad: text('VALID') }))],
    operators: ['MaxPool'],
    attributes: { ...pool(3, 2), dilations: ints(1, 1), pads: ints(0, 0, 0, 0) },
  },
  ...[5, 6, 7, 8, 9].map(
    (size): Case => ({
      title: `ceil_mode on ${size}x${size + 1} becomes end padding`,
      opset: 12,
      shape: [size, size + 1],
      nodes: [node('MaxPool', ['x'], pool(3, 2, { ceil_mode: int(1), pads: ints(1, 0, 1, 0) }))],
      operators: ['MaxPool'],
    }),
  ),
  {
    title: 'ceil_mode where the last window would start in the end padding',
    opset: 12,
    shape: [5, 5],
    nodes: [node('MaxPool', ['x'], pool(2, 3, { ceil_mode: int(1), pads: ints(1, 1, 1, 1) }))],
    operators: ['MaxPool'],
  },
  {
    title: 'an average with ceil_mode counts cells of the map only',
    opset: 12,
    shape: [6, 8],
    nodes: [node('AveragePool', ['x'], pool(3, 2, { ceil_mode: int(1) }))],
    operators: ['AveragePool'],
    attributes: { ...pool(3, 2), pads: ints(0, 0, 1, 1) },
  },
  {
    title: 'an average that counts padding keeps that',
    opset: 12,
    nodes: [node('AveragePool', ['x'], pool(3, 2, { count_include_pad: int(1), pads: ints(1, 1, 1, 1) }))],
    operators: ['AveragePool'],
    attributes: { ...pool(3, 2), pads: ints(1, 1, 1, 1), count_include_pad: int(1) },
  },
  {
    title: 'a 7x7 average of a 7x7 map is global',
    opset: 12,
    shape: [7, 7],
    nodes: [node('AveragePool', ['x'], pool(7, 1))],
    operators: ['GlobalAveragePool'],
    attributes: {},
  },
  ...['SAME_UPPER', 'SAME_LOWER'].flatMap((autoPad) =>
    [2, 3].map(
      (stride): Case => ({
        title: `ConvTranspose ${autoPad}, stride ${stride}`,
        opset: 11,
        nodes: [node('ConvTranspose', ['x', 'w'], { auto_pad: text(autoPad), strides: ints(stride, stride) })],
        tensors: [transposedWeights],
        operators: ['ConvTranspose'],
      }),
    ),
  ),
  {
    title: 'ConvTranspose with output_shape',
    opset: 11,
    shape: [8, 10],
    nodes: [node('ConvTranspose', ['x', 'w'], { output_shape: ints(16, 20), strides: ints(2, 2) })],
    tensors: [transposedWeights],
    operators: ['ConvTranspose'],
  },
  {
    title: 'ConvTranspose with output_padding',
    opset: 11,
    nodes: [
      node('ConvTranspose', ['x', 'w'], { output_padding: ints(1, 1), pads: ints(1, 1, 1, 1), strides: ints(2, 2) }),
    ],
    tensors: [transposedWeights],
    operators: ['ConvTranspose'],
  },
  {
    title: 'Resize with sizes has scales',
    // A scale of 3.1 is rounded to 32 bits.
    tolerance: 1e-5,
    opset: 13,
    shape: [8, 10],
    nodes: [node('Resize', ['x', '', '', 'sizes'], { mode: text('linear') })],
    tensors: [int64Tensor('sizes', [1, 3, 13, 31])],
    operators: ['Resize'],
  },
  {
    title: 'Resize with sizes reads the cells that it read, whose scale is no exact number',
    opset: 13,
    shape: [6, 6],
    nodes: [
      node('Resize', ['x', '', '', 'sizes'], {
        ...{ mode: text('nearest'), coordinate_transformation_mode: text('asymmetric'), nearest_mode: text('floor') },
      }),
    ],
    tensors: [int64Tensor('sizes', [1, 3, 10, 14])],
    operators: ['Resize'],
  },
  {
    title: 'Resize to one cell keeps the coordinates of its mode',
    opset: 13,
    shape: [2, 8],
    nodes: [
      node('Resize', ['x', '', 'scales'], {
        mode: text('linear'),
        coordinate_transformation_mode: text('pytorch_half_pixel'),
      }),
    ],
    tensors: [float32Tensor('scales', [4], [1, 1, 0.5, 0.5])],
    operators: ['Resize'],
    attributes: expect.objectContaining({ coordinate_transformation_mode: text('pytorch_half_pixel') }),
  },
  {
    title: 'Resize to more cells has those of half_pixel, which are the same',
    opset: 13,
    shape: [4, 8],
    nodes: [
      node('Resize', ['x', '', 'scales'], {
        mode: text('linear'),
        coordinate_transformation_mode: text('pytorch_half_pixel'),
      }),
    ],
    tensors: [float32Tensor('scales', [4], [1, 1, 0.5, 0.5])],
    operators: ['Resize'],
    attributes: expect.objectContaining({ coordinate_transformation_mode: text('half_pixel') }),
  },
  {
    title: 'Resize of operator set 11 has a roi, which goes',
    opset: 11,
    nodes: [
      node('Resize', ['x', 'roi', 'scales'], {
        ...{ mode: text('nearest'), coordinate_transformation_mode: text('asymmetric'), nearest_mode: text('floor') },
      }),
    ],
    tensors: [float32Tensor('roi', [8]), float32Tensor('scales', [4], [1, 1, 2, 2])],
    operators: ['Resize'],
  },
  {
    title: 'Resize of operator set 18 names axes',
    opset: 18,
    nodes: [node('Resize', ['x', '', 'scales'], { mode: text('nearest'), axes: ints(3, 2) })],
    tensors: [float32Tensor('scales', [2], [3, 2])],
    operators: ['Resize'],
  },
  ...[
    [2, 2],
    [0.5, 0.5],
  ].map(
    (scales): Case => ({
      title: `Resize of operator set 10, by ${scales}`,
      opset: 10,
      shape: [8, 10],
      nodes: [node('Resize', ['x', 'scales'], { mode: text('nearest') })],
      tensors: [float32Tensor('scales', [4], [1, 1, ...scales])],
      operators: ['Resize'],
    }),
  ),
  {
    title: 'Upsample, nearest',
    opset: 9,
    nodes: [node('Upsample', ['x', 'scales'], { mode: text('nearest') })],
    tensors: [float32Tensor('scales', [4], [1, 1, 2, 3])],
    operators: ['Resize'],
  },
  {
    title: 'Upsample with scales as an attribute, linear',
    opset: 8,
    nodes: [node('Upsample', ['x'], { mode: text('linear'), scales: { floats: [1, 1, 2, 2] } })],
    operators: ['Resize'],
  },
  {
    title: 'Clip with attributes',
    opset: 8,
    nodes: [node('Clip', ['x'], { min: { float: -0.25 }, max: { float: 0.5 } })],
    operators: ['Clip'],
    attributes: {},
  },
  {
    title: 'Split with an attribute',
    opset: 11,
    nodes: [node('Split', ['x'], { axis: int(1), split: ints(1, 2) }, ['a', 'b']), node('Mul', ['a', 'b'])],
    operators: ['Split', 'Mul'],
    attributes: { axis: int(1) },
  },
  {
    title: 'Split by a count of outputs',
    opset: 18,
    shape: [5, 5],
    nodes: [
      node('Split', ['x'], { axis: int(2), num_outputs: int(2) }, ['a', 'b']),
      node('Concat', ['b', 'a'], { axis: int(2) }),
    ],
    operators: ['Split', 'Concat'],
    attributes: { axis: int(2) },
  },
  {
    title: 'Pad with attributes',
    opset: 10,
    nodes: [node('Pad', ['x'], { pads: ints(0, 0, 1, 2, 0, 0, 3, 0), value: { float: -1 } })],
    operators: ['Pad'],
    attributes: { mode: text('constant') },
  },
  {
    title: 'Pad of some axes',
    opset: 18,
    nodes: [node('Pad', ['x', 'pads', '', 'axes'])],
    tensors: [int64Tensor('pads', [1, 2, 3, 4]), int64Tensor('axes', [3, -2])],
    operators: ['Pad'],
  },
  {
    title: 'Slice with attributes',
    opset: 9,
    nodes: [node('Slice', ['x'], { starts: ints(1, -3), ends: ints(2 ** 31 - 1, 2 ** 31 - 1), axes: ints(1, 3) })],
    operators: ['Slice'],
    attributes: {},
  },
  {
    title: 'Slice to the end',
    opset: 13,
    nodes: [node('Slice', ['x', 'starts', 'ends', 'axes', 'steps'])],
    tensors: [
      ...[int64Tensor('starts', [1, 0]), int64Tensor('ends', [2 ** 62, 2 ** 31])],
      ...[int64Tensor('axes', [2, -1]), int64Tensor('steps', [2, 2])],
    ],
    operators: ['Slice'],
  },
  {
    title: 'Squeeze and Unsqueeze with attributes',
    opset: 11,
    nodes: [
      node('Unsqueeze', ['x'], { axes: ints(0) }, ['a']),
      node('Relu', ['a'], {}, ['b']),
      node('Squeeze', ['b'], { axes: ints(0) }),
    ],
    operators: ['Unsqueeze', 'Relu', 'Squeeze'],
    attributes: {},
  },
  {
    title: 'ReduceMean with axes as an input has them as an attribute',
    opset: 18,
    nodes: [node('ReduceMean', ['x', 'axes'], { keepdims: int(1) })],
    tensors: [int64Tensor('axes', [2, 3])],
    operators: ['ReduceMean'],
    attributes: { axes: ints(2, 3), keepdims: int(1) },
  },
  {
    title: 'ReduceSum with an attribute has axes as an input',
    opset: 11,
    nodes: [node('ReduceSum', ['x'], { axes: ints(1) })],
    operators: ['ReduceSum'],
    attributes: { keepdims: int(1) },
  },
  ...(
    [
      ['ReduceSum', 13],
      ['ReduceMean', 18],
    ] as const
  ).map(
    ([operator, opset]): Case => ({
      title: `${operator} that does nothing without axes goes`,
      opset,
      nodes: [node(operator, ['x'], { noop_with_empty_axes: int(1) }, ['a']), node('Relu', ['a'])],
      operators: ['Relu'],
    }),
  ),
  {
    title: 'ReduceSum with an empty list of axes reduces all',
    opset: 13,
    nodes: [node('ReduceSum', ['x', 'axes'], { keepdims: int(0), noop_with_empty_axes: int(0) })],
    tensors: [int64Tensor('axes', [])],
    operators: ['ReduceSum'],
    attributes: { keepdims: int(0) },
  },
  {
    title: 'windows of one axis',
    opset: 17,
    nodes: [
      node('Reshape', ['x', 'line'], {}, ['a']),
      node('Conv', ['a', 'w'], { strides: ints(2), pads: ints(2, 1), dilations: ints(2) }, ['b']),
      node('MaxPool', ['b'], { kernel_shape: ints(3), strides: ints(2), ceil_mode: int(1) }, ['c']),
      node('ConvTranspose', ['c', 't'], { strides: ints(3), auto_pad: text('SAME_UPPER') }, ['d']),
      node('GlobalAveragePool', ['d']),
    ],
    tensors: [int64Tensor('line', [1, 3, -1]), float32Tensor('w', [4, 3, 3]), float32Tensor('t', [4, 2, 3])],
    operators: ['Reshape', 'Conv', 'MaxPool', 'ConvTranspose', 'GlobalAveragePool'],
  },
  {
    title: 'windows of three axes, of several maps',
    opset: 17,
    shape: [8, 8],
    nodes: [
      node('Reshape', ['x', 'block'], {}, ['a']),
      node('Conv', ['a', 'w'], { strides: ints(1, 2, 1), pads: ints(1, 0, 1, 1, 1, 0) }, ['b']),
      node('AveragePool', ['b'], { kernel_shape: ints(2, 1, 2), pads: ints(0, 0, 1, 0, 0, 0) }),
    ],
    tensors: [int64Tensor('block', [3, 1, 4, 4, -1]), float32Tensor('w', [2, 1, 3, 2, 3])],
    operators: ['Reshape', 'Conv', 'AveragePool'],
  },
  ...(
    [
      ['a vector', [8]],
      ['a matrix', [8, 5]],
      ['a matrix a channel', [3, 8, 5]],
      ['matrices of more axes', [2, 1, 3, 8, 5]],
    ] as const
  ).map(
    ([what, dims]): Case => ({
      title: `MatMul with ${what}`,
      opset: 13,
      shape: [8, 8],
      nodes: [node('MatMul', ['x', 'w'])],
      tensors: [float32Tensor('w', dims)],
      operators: ['MatMul'],
    }),
  ),
  {
    title: 'Softmax of several axes, before operator set 13',
    opset: 11,
    nodes: [node('Softmax', ['x'], { axis: int(2) })],
    operators: ['Reshape', 'Softmax', 'Reshape'],
  },
  {
    title: 'Softmax of the last axis, before operator set 13',
    opset: 11,
    nodes: [node('Softmax', ['x'], { axis: int(3) })],
    operators: ['Softmax'],
    attributes: { axis: int(3) },
  },
  {
    title: 'Mish',
    opset: 18,
    nodes: [node('Mish', ['x'])],
    operators: ['Softplus', 'Tanh', 'Mul'],
  },
  { title: 'Gelu', opset: 20, nodes: [node('Gelu', ['x'])], operators: ['Mul', 'Erf', 'Add', 'Mul', 'Mul'] },
  {
    title: 'Dropout, Identity and a cast that changes nothing go',
    opset: 13,
    nodes: [
      node('Dropout', ['x'], {}, ['a']),
      node('Identity', ['a'], {}, ['b']),
      node('Cast', ['b'], { to: int(1) }, ['c']),
      node('Relu', ['c']),
    ],
    operators: ['Relu'],
    attributes: {},
  },
  {
    title: 'halves become 32-bit floats',
    tolerance: 1e-3,
    opset: 13,
    nodes: [
      node('Cast', ['x'], { to: int(10) }, ['a']),
      node('Relu', ['a'], {}, ['b']),
      node('Cast', ['b'], { to: int(1) }),
    ],
    operators: ['Relu', 'Identity'],
  },
  {
    title: 'a constant that no node needs goes',
    opset: 13,
    nodes: [
      node('Constant', [], { value: { tensor: float32Tensor('', [1], [2]) } }, ['two']),
      node('Mul', ['x', 'two']),
    ],
    tensors: [float32Tensor('unused', [5])],
    operators: ['Mul'],
  },
  {
    title: 'an operator without a rule has the shape that the engine says',
    opset: 13,
    nodes: [node('Greater', ['x', 'zero'], {}, ['mask']), node('Where', ['mask', 'x', 'zero'])],
    tensors: [float32Tensor('zero', [1], [0])],
    operators: ['Greater', 'Where'],
  },
];

describe('an imported graph computes what its file computes', () => {
  test.each(CASES.map((one) => [one.title, one] as const))('%s', async (_, one) => {
    const [height, width] = one.shape ?? [7, 9];
    const shape = [1, 3, height, width];
    const file = onnxFile({
      ...{ opset: one.opset, nodes: one.nodes, tensors: one.tensors },
      inputs: [{ name: 'x', type: 'float32', dims: shape }],
      outputs: [{ name: 'y' }],
    });
    const { graph } = await importOnnx(file, { name: 'case', normalise: normaliseOnnx });
    expect(graph.nodes.map(({ operator }) => operator)).toEqual(one.operators);
    if (one.attributes !== undefined) expect(graph.nodes[0]!.attributes).toEqual(one.attributes);
    const data = Float32Array.from({ length: elementCount(shape) }, (_, i) => Math.sin(i * 2.3));
    const expected = await runFile(file, { x: { shape, data } });
    const computed = await runGraph(graph, { x: { shape, data } });
    expect(computed.get('y')!.shape).toEqual(expected.get('y')!.shape);
    expect(graph.values.get('y')!.shape).toEqual(expected.get('y')!.shape);
    expect(largestDifference(expected, computed)).toBeLessThan(one.tolerance ?? 1e-6);
    const read = new Set(graph.nodes.flatMap((each) => each.inputs));
    expect([...graph.constants.keys()].filter((name) => !read.has(name))).toEqual([]);
  });
});
