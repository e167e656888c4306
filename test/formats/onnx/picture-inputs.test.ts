import { describe, expect, test } from 'vitest';
import { normaliseOnnx } from '../../../server/engine/onnxruntime/onnx-normalisation.js';
import { type ImportOptions, importOnnx } from '../../../server/formats/onnx/import-onnx.js';
import { tileable } from '../../../server/graph/cuts.js';
import {
  type FileModel,
  type FileNode,
  type FileValue,
  float32Tensor,
  int64Tensor,
  onnxFile,
} from '../../support/onnx-file.js';
import { largestDifference, runFile, runGraph } from '../../support/onnx-run.js';

const SIZE = { height: 16, width: 24 };
const CELLS = SIZE.height * SIZE.width;

const node = (
  operator: string,
  inputs: string[],
  output: string,
  attributes: FileNode['attributes'] = {},
): FileNode => ({ operator, name: `the ${operator}`, inputs, outputs: [output], attributes });
const ints = (...integers: number[]) => ({ integers });
const conv = node('Conv', ['map', 'w'], 'y', { pads: ints(1, 1, 1, 1) });
const weights = float32Tensor('w', [4, 3, 3, 3]);

function imported(model: Partial<FileModel>, input: FileValue, size?: ImportOptions['size']) {
  const file = onnxFile({
    ...{ nodes: [], tensors: [weights], outputs: [{ name: 'y' }], inputs: [input] },
    ...model,
  });
  return { file, result: importOnnx(file, { name: 'case', normalise: normaliseOnnx, ...(size && { size }) }) };
}

const bytes = Uint8Array.from({ length: 3 * CELLS }, (_, i) => (i * 89) % 256);
/** The same picture as the graph takes it: floats, channels first. */
function asGraphInput(isLast: boolean): Float32Array {
  if (!isLast) return Float32Array.from(bytes);
  return Float32Array.from({ length: 3 * CELLS }, (_, i) => bytes[(i % CELLS) * 3 + Math.floor(i / CELLS)]!);
}

describe('a picture of bytes', () => {
  const toFloats = node('Cast', ['x'], 'floats', { to: { integer: 1 } });
  const turned = (from: string, to: string) => node('Transpose', [from], to, { perm: ints(0, 3, 1, 2) });
  const scaled = [node('Mul', ['floats', 'scale'], 'scaled'), node('Sub', ['scaled', 'one'], 'small')];
  const numbers = [float32Tensor('scale', [], [1 / 127.5]), float32Tensor('one', [], [1])];

  test.each<readonly [string, boolean, Partial<FileModel>]>([
    ['channels first', false, { nodes: [node('Cast', ['x'], 'map', { to: { integer: 1 } }), conv] }],
    ['channels last', true, { nodes: [toFloats, turned('floats', 'map'), conv] }],
    [
      'channels last, turned before it is made floats',
      true,
      {
        nodes: [turned('x', 'first'), node('Cast', ['first'], 'map', { to: { integer: 1 } }), conv],
      },
    ],
    [
      'channels last, normalised in that form',
      true,
      {
        nodes: [toFloats, ...scaled, turned('small', 'map'), conv],
        tensors: [weights, ...numbers],
      },
    ],
  ])('%s becomes floats, channels first, and can be computed in tiles', async (_, isLast, model) => {
    const dims = isLast ? ['batch', SIZE.height, SIZE.width, 3] : ['batch', 3, SIZE.height, SIZE.width];
    const { file, result } = imported(model, { name: 'x', type: 'uint8', dims });
    const { graph, takesBytes } = await result;
    expect(takesBytes).toBe(true);
    expect(graph.inputs).toHaveLength(1);
    const [input] = graph.inputs as [string];
    expect(graph.values.get(input)).toEqual({ type: 'float32', shape: [1, 3, SIZE.height, SIZE.width] });
    const given = { [input]: { shape: [1, 3, SIZE.height, SIZE.width], data: asGraphInput(isLast) } };
    const shape = isLast ? [1, SIZE.height, SIZE.width, 3] : [1, 3, SIZE.height, SIZE.width];
    const right = await runFile(file, { x: { shape, data: bytes } });
    expect(largestDifference(right, await runGraph(graph, given))).toBeLessThan(1e-6);
    const { barriers, local } = tileable(graph);
    expect([barriers, local.length]).toEqual([[], graph.nodes.length]);
  });

  test('that the file computes with as bytes stays so: a stage ends before it', async () => {
    const pool = node('MaxPool', ['x'], 'pooled', { kernel_shape: ints(2, 2), strides: ints(2, 2) });
    const nodes = [pool, node('Cast', ['pooled'], 'map', { to: { integer: 1 } }), conv];
    const { file, result } = imported({ nodes }, { name: 'x', type: 'uint8', dims: [1, 3, SIZE.height, SIZE.width] });
    const { graph } = await result;
    expect(graph.nodes.map(({ operator }) => operator)).toEqual(['Cast', 'MaxPool', 'Cast', 'Conv']);
    const shape = [1, 3, SIZE.height, SIZE.width];
    const right = await runFile(file, { x: { shape, data: bytes } });
    const given = { [graph.inputs[0]!]: { shape, data: asGraphInput(false) } };
    expect(largestDifference(right, await runGraph(graph, given))).toBeLessThan(1e-6);
    expect(tileable(graph).barriers).toMatchObject([{ why: 'its values are no feature maps' }]);
  });

  test.each(['int32', 'int8', 'bool'] as const)('of %s is refused', async (type) => {
    const nodes = [node('Cast', ['x'], 'map', { to: { integer: 1 } }), conv];
    const { result } = imported({ nodes }, { name: 'x', type, dims: [1, 3, 8, 8] });
    await expect(result).rejects.toMatchObject({
      code: 'DT_ONNX_INPUT',
      message: expect.stringMatching(/pictures of float32 or uint8/),
    });
  });
});

test('a picture of floats with its channels last is turned', async () => {
  const nodes = [node('Transpose', ['x'], 'map', { perm: ints(0, 3, 1, 2) }), conv];
  const { file, result } = imported({ nodes }, { name: 'x', type: 'float32', dims: [1, 'h', 'w', 3] }, SIZE);
  const { graph, takesBytes } = await result;
  expect(takesBytes).toBe(false);
  expect(graph.nodes.map(({ operator }) => operator)).toEqual(['Conv']);
  const right = await runFile(file, { x: { shape: [1, SIZE.height, SIZE.width, 3], data: Float32Array.from(bytes) } });
  const given = { [graph.inputs[0]!]: { shape: [1, 3, SIZE.height, SIZE.width], data: asGraphInput(true) } };
  expect(largestDifference(right, await runGraph(graph, given))).toBeLessThan(1e-6);
});

describe('an input beside the picture', () => {
  const picture: FileValue = { name: 'x', type: 'float32', dims: ['n', 3, 'h', 'w'] };
  const boxes = [
    node('Conv', ['x', 'w'], 'map', { pads: ints(1, 1, 1, 1) }),
    node('GlobalAveragePool', ['map'], 'mean'),
    node('Flatten', ['mean'], 'box'),
    node('Tile', ['told', 'twice'], 'extents'),
    node('Cast', ['extents'], 'floats', { to: { integer: 1 } }),
    node('Mul', ['box', 'floats'], 'y'),
  ].map((one) => ({ ...one, inputs: one.inputs.map((name) => name) }));
  const withInput = (
    name: string,
    type: FileValue['type'],
    dims: FileValue['dims'],
    size: ImportOptions['size'] = SIZE,
  ) => {
    const nodes = boxes.map((one) => ({
      ...one,
      inputs: one.inputs.map((input) => (input === 'told' ? name : input)),
    }));
    const model = {
      nodes,
      tensors: [weights, int64Tensor('twice', [1, 2])],
      inputs: [{ name, type: type!, dims: dims! }, picture],
    };
    return imported(model, picture, size);
  };

  test.each([
    ['orig_target_sizes', 'int64', [24, 16]],
    ['im_shape', 'float32', [16, 24]],
    ['scale_factor', 'float32', [1, 1]],
    ['image_shape', 'int32', [16, 24]],
  ] as const)('%s of %s is a constant: the picture fills the input', async (name, type, numbers) => {
    const { file, result } = withInput(name, type, ['n', 2]);
    const { graph } = await result;
    expect(graph.inputs).toEqual(['x']);
    const shape = [1, 3, SIZE.height, SIZE.width];
    const x = { shape, data: asGraphInput(false) };
    const data = {
      int64: () => BigInt64Array.from(numbers, BigInt),
      int32: () => Int32Array.from(numbers),
      float32: () => Float32Array.from(numbers),
    }[type]();
    const right = await runFile(file, { x, [name]: { shape: [1, 2], data } });
    expect(largestDifference(right, await runGraph(graph, { x }))).toBeLessThan(1e-6);
  });

  test('of another name is its size where that is square, and refused where it is not', async () => {
    const square = { height: 16, width: 16 };
    expect((await withInput('sizes', 'int64', [1, 2], square).result).graph.inputs).toEqual(['x']);
    const refused = {
      code: 'DT_ONNX_INPUT',
      message: expect.stringMatching(/input "sizes", INT64 \[1, 2\], is not known here/),
    };
    await expect(withInput('sizes', 'int64', [1, 2]).result).rejects.toMatchObject(refused);
  });

  test.each([
    ['masks', 'float32', [1, 2]],
    ['orig_target_sizes', 'int64', [1, 4]],
    ['orig_target_sizes', 'bool', [1, 2]],
  ] as const)('%s of %s %j is refused', async (name, type, dims) => {
    await expect(withInput(name, type, dims).result).rejects.toMatchObject({ code: 'DT_ONNX_INPUT' });
  });
});
