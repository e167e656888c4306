import { describe, expect, test } from 'vitest';
import { normaliseOnnx } from '../../../server/engine/onnxruntime/onnx-normalisation.js';
import { type ImportOptions, importOnnx } from '../../../server/formats/onnx/import-onnx.js';
import { type FileModel, type FileNode, float32Tensor, int64Tensor, onnxFile } from '../../support/onnx-file.js';

function imported(model: Partial<FileModel>, options: Partial<ImportOptions> = {}) {
  const file = onnxFile({
    nodes: [{ operator: 'Relu', inputs: ['x'], outputs: ['y'] }],
    inputs: [{ name: 'x', type: 'float32', dims: [1, 3, 8, 8] }],
    outputs: [{ name: 'y' }],
    ...model,
  });
  return importOnnx(file, { name: 'case', normalise: normaliseOnnx, ...options });
}

const one = (
  operator: string,
  attributes: FileNode['attributes'],
  inputs = ['x'],
  more: Partial<FileNode> = {},
): FileNode => ({
  ...{ name: 'the node', operator, attributes, inputs, outputs: ['y'] },
  ...more,
});
const pool = { kernel_shape: { integers: [3, 3] }, strides: { integers: [2, 2] } };

describe('forms of operators that are refused', () => {
  test.each<readonly [string, Partial<FileModel>, RegExp]>([
    [
      'an average that counts overhang',
      { nodes: [one('AveragePool', { ...pool, ceil_mode: { integer: 1 }, count_include_pad: { integer: 1 } })] },
      /node "the node" \(AveragePool\) has ceil_mode=1 and count_include_pad=1/,
    ],
    [
      'windows far apart with auto_pad',
      {
        nodes: [one('Conv', { strides: { integers: [4, 4] }, auto_pad: { text: 'SAME_UPPER' } }, ['x', 'w'])],
        tensors: [float32Tensor('w', [2, 3, 1, 1])],
      },
      /auto_pad=SAME_UPPER with windows far apart.*export it with pads/,
    ],
    [
      'places of maxima',
      {
        nodes: [one('MaxPool', pool, ['x'], { outputs: ['y', 'places'] })],
        outputs: [{ name: 'y' }, { name: 'places' }],
      },
      /puts out where its maxima were/,
    ],
    [
      'coordinates of crops',
      {
        nodes: [
          one('Resize', { coordinate_transformation_mode: { text: 'tf_crop_and_resize' } }, ['x', 'roi', 'scales']),
        ],
        tensors: [float32Tensor('roi', [8], [0, 0, 0, 0, 1, 1, 1, 1]), float32Tensor('scales', [4], [1, 1, 2, 2])],
      },
      /tf_crop_and_resize.*export the model with half_pixel/,
    ],
    [
      'a size that no scale gives',
      {
        nodes: [one('Resize', { mode: { text: 'nearest' } }, ['x', '', '', 'sizes'])],
        inputs: [{ name: 'x', type: 'float32', dims: [1, 3, 22, 22] }],
        tensors: [int64Tensor('sizes', [1, 3, 13, 13])],
      },
      /resizes 22 cells to 13, which no 32-bit scale does; export the model with scales/,
    ],
    [
      'antialias',
      {
        opset: 18,
        nodes: [one('Resize', { antialias: { integer: 1 }, mode: { text: 'linear' } }, ['x', '', 'scales'])],
        tensors: [float32Tensor('scales', [4], [1, 1, 0.5, 0.5])],
      },
      /antialias=1/,
    ],
    [
      'operators of others',
      { nodes: [one('Relu', {}, ['x'], { domain: 'com.acme' })] },
      /node "the node" \(Relu\) is of "com\.acme", not of ONNX itself/,
    ],
    [
      'text',
      {
        nodes: [
          one('Relu', {}, ['x']),
          { operator: 'Cast', inputs: ['x'], outputs: ['z'], attributes: { to: { integer: 8 } } },
        ],
        outputs: [{ name: 'y' }, { name: 'z' }],
      },
      /data type 8, which is not supported/,
    ],
    [
      'quantised weights',
      {
        nodes: [
          one('DequantizeLinear', {}, ['w', 's'], { outputs: ['d'] }),
          one('Add', {}, ['x', 'd'], { name: 'add' }),
        ],
        tensors: [
          { name: 'w', type: 'int8', dims: [1, 3, 8, 8], raw: new Uint8Array(192) },
          float32Tensor('s', [], [0.5]),
        ],
      },
      /INT8|quantised/,
    ],
  ])('%s', async (_, model, message) => {
    await expect(imported(model)).rejects.toMatchObject({
      code: 'DT_ONNX_OPERATOR',
      message: expect.stringMatching(message),
    });
  });
});

describe('the input', () => {
  const dynamic = (dims: readonly (number | string)[]) => ({ inputs: [{ name: 'x', type: 'float32' as const, dims }] });

  test('gets one picture a run and the size that the caller gives', async () => {
    const { graph } = await imported(dynamic(['batch', 3, 'height', 'width']), { size: { height: 16, width: 24 } });
    expect(graph.values.get('x')).toEqual({ type: 'float32', shape: [1, 3, 16, 24] });
    expect(graph.values.get('y')).toEqual({ type: 'float32', shape: [1, 3, 16, 24] });
  });

  test('of a fixed batch gets one picture a run', async () => {
    const { graph } = await imported(dynamic([10, 3, 8, 8]));
    expect(graph.values.get('y')!.shape).toEqual([1, 3, 8, 8]);
  });

  test.each<readonly [string, readonly (number | string)[], RegExp]>([
    [
      'without a size',
      [1, 3, 'h', 'w'],
      /input "x" is \[1, 3, h, w\]: its height is not fixed; give one, for instance 640/,
    ],
    ['of eight channels', [1, 8, 8, 4], /8 channels; colour pictures have 3/],
    ['of grey pictures', [1, 1, 8, 8], /1 channels; colour pictures have 3/],
    ['of two dimensions', [1, 3], /no input of four dimensions, but "x" \[1, 3\]/],
  ])('%s is refused', async (_, dims, message) => {
    await expect(imported(dynamic(dims))).rejects.toMatchObject({
      code: 'DT_ONNX_INPUT',
      message: expect.stringMatching(message),
    });
  });

  test('of a size that the model is not made for is refused with what would do', async () => {
    const nodes = [one('Reshape', {}, ['x', 'shape'])];
    const tensors = [int64Tensor('shape', [1, 192])];
    await expect(imported({ nodes, tensors }, { size: { height: 16, width: 16 } })).rejects.toMatchObject({
      message: expect.stringMatching(/made for another size|engine refuses/),
    });
    await expect(imported({ nodes, tensors })).resolves.toBeDefined();
  });
});

test('what the engine says of a file that it refuses is passed on, in short', async () => {
  const nodes = [one('NoSuchOperator', {})];
  await expect(imported({ nodes })).rejects.toMatchObject({
    code: 'DT_ONNX_FILE',
    message: expect.stringMatching(/^case: the engine refuses the model: .*NoSuchOperator/),
  });
});

test("the exporting program's metadata come along", async () => {
  const { metadata } = await imported({ metadata: { names: "{0: 'person', 1: 'bicycle'}", stride: '32' } });
  expect([...metadata]).toEqual([
    ['names', "{0: 'person', 1: 'bicycle'}"],
    ['stride', '32'],
  ]);
});
