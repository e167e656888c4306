import { expect, test } from 'vitest';
import { readModel } from '../../../server/formats/onnx/file/read-model.js';
import { toConstant } from '../../../server/formats/onnx/file/tensor-elements.js';
import { type FileTensor, onnxFile } from '../../support/onnx-file.js';

function constantOf(tensor: Omit<FileTensor, 'name'>) {
  const file = onnxFile({
    nodes: [{ operator: 'Relu', inputs: ['x'], outputs: ['y'] }],
    tensors: [{ name: 'w', ...tensor }],
    inputs: [{ name: 'x', dims: [1, 3, 8, 8] }],
    outputs: [{ name: 'y' }],
  });
  const { type, shape, bytes } = toConstant(readModel(file).graph.initializers.get('w')!);
  const { buffer } = new Uint8Array(bytes);
  if (type === 'float32') return { type, shape, elements: [...new Float32Array(buffer)] };
  if (type === 'int64') return { type, shape, elements: [...new BigInt64Array(buffer)] };
  return { type, shape, elements: [...(type === 'int32' ? new Int32Array(buffer) : new Uint8Array(buffer))] };
}

const rawOf = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

test.each<readonly [string, Omit<FileTensor, 'name'>, object]>([
  [
    'FLOAT, raw',
    { type: 'float32', dims: [2], raw: rawOf(Float32Array.of(1.5, -2)) },
    { type: 'float32', shape: [2], elements: [1.5, -2] },
  ],
  [
    'FLOAT, listed',
    { type: 'float32', dims: [1, 3], floats: [0.5, 1, -3] },
    { type: 'float32', shape: [1, 3], elements: [0.5, 1, -3] },
  ],
  [
    'FLOAT16, raw',
    { type: 'float16', dims: [3], raw: rawOf(Uint16Array.of(0x3c00, 0xc000, 0x0001)) },
    { type: 'float32', shape: [3], elements: [1, -2, 2 ** -24] },
  ],
  [
    'FLOAT16, listed',
    { type: 'float16', dims: [2], int32s: [0x3c00, 0xc000] },
    { type: 'float32', shape: [2], elements: [1, -2] },
  ],
  [
    'DOUBLE, raw',
    { type: 'float64', dims: [1], raw: rawOf(Float64Array.of(0.1)) },
    { type: 'float32', shape: [1], elements: [Math.fround(0.1)] },
  ],
  [
    'DOUBLE, listed',
    { type: 'float64', dims: [2], doubles: [0.1, 7] },
    { type: 'float32', shape: [2], elements: [Math.fround(0.1), 7] },
  ],
  [
    'INT64, raw',
    { type: 'int64', dims: [2], raw: rawOf(BigInt64Array.of(-1n, 2n ** 63n - 1n)) },
    { type: 'int64', shape: [2], elements: [-1n, 2n ** 63n - 1n] },
  ],
  [
    'INT64, listed',
    { type: 'int64', dims: [3], int64s: [-1, 640, 2 ** 40] },
    { type: 'int64', shape: [3], elements: [-1n, 640n, 2n ** 40n] },
  ],
  ['INT32, listed', { type: 'int32', dims: [2], int32s: [-5, 7] }, { type: 'int32', shape: [2], elements: [-5, 7] }],
  ['UINT8, listed', { type: 'uint8', dims: [2], int32s: [255, 7] }, { type: 'uint8', shape: [2], elements: [255, 7] }],
  ['BOOL, listed', { type: 'bool', dims: [2], int32s: [1, 0] }, { type: 'bool', shape: [2], elements: [1, 0] }],
  ['a scalar', { type: 'int64', dims: [], int64s: [3] }, { type: 'int64', shape: [], elements: [3n] }],
  ['no elements', { type: 'float32', dims: [0] }, { type: 'float32', shape: [0], elements: [] }],
])('reads %s', (_, tensor, expected) => {
  expect(constantOf(tensor)).toEqual(expected);
});

test('weights are not copied', () => {
  const file = onnxFile({
    nodes: [{ operator: 'Relu', inputs: ['x'], outputs: ['y'] }],
    tensors: [
      { name: 'raw', type: 'float32', dims: [2], raw: new Uint8Array(8) },
      { name: 'listed', type: 'float32', dims: [2], floats: [1, 2] },
    ],
    inputs: [{ name: 'x' }],
    outputs: [{ name: 'y' }],
  });
  const { initializers } = readModel(file).graph;
  expect(toConstant(initializers.get('raw')!).bytes.buffer).toBe(file.buffer);
  expect(toConstant(initializers.get('listed')!).bytes.buffer).toBe(file.buffer);
});
