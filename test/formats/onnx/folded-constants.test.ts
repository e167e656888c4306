import { describe, expect, test } from 'vitest';
import { normaliseOnnx } from '../../../server/engine/onnxruntime/onnx-normalisation.js';
import { importOnnx } from '../../../server/formats/onnx/import-onnx.js';
import { tileable } from '../../../server/graph/cuts.js';
import { type FileModel, type FileNode, float32Tensor, int64Tensor, onnxFile } from '../../support/onnx-file.js';
import { largestDifference, runFile, runGraph } from '../../support/onnx-run.js';

const node = (
  operator: string,
  inputs: string[],
  output: string,
  attributes: FileNode['attributes'] = {},
): FileNode => ({
  ...{ operator, inputs, outputs: [output], attributes },
});

function imported({ nodes, tensors }: Partial<FileModel>) {
  const sum = [node('ReduceSum', ['large'], 'sum', { keepdims: { integer: 0 } }), node('Add', ['x', 'sum'], 'y')];
  const file = onnxFile({
    nodes: [...nodes!, ...sum],
    tensors,
    inputs: [{ name: 'x', type: 'float32', dims: [1, 3, 8, 8] }],
    outputs: [{ name: 'y' }],
  });
  return importOnnx(file, { name: 'case', normalise: normaliseOnnx });
}

describe('a small file that asks for much memory is refused', () => {
  const doubled = Array.from({ length: 20 }, (_, i) => {
    const from = i === 0 ? 'w' : `d${i}`;
    return node('Concat', [from, from], i === 19 ? 'large' : `d${i + 1}`, { axis: { integer: 0 } });
  });
  test.each<readonly [string, Partial<FileModel>]>([
    [
      'ConstantOfShape',
      { nodes: [node('ConstantOfShape', ['s'], 'large')], tensors: [int64Tensor('s', [9000, 9000])] },
    ],
    [
      'Tile',
      {
        nodes: [node('Tile', ['w', 's'], 'large')],
        tensors: [float32Tensor('w', [1000]), int64Tensor('s', [100_000])],
      },
    ],
    [
      'a product of vectors',
      {
        nodes: [node('Mul', ['v', 'w'], 'large')],
        tensors: [float32Tensor('v', [9000, 1]), float32Tensor('w', [1, 9000])],
      },
    ],
    ['Concat of itself, again and again', { nodes: doubled, tensors: [float32Tensor('w', [1000])] }],
  ])('%s', async (_, model) => {
    const before = process.memoryUsage.rss();
    await expect(imported(model)).rejects.toMatchObject({ code: 'DT_ONNX_LIMIT' });
    expect(process.memoryUsage.rss() - before).toBeLessThan(100_000_000);
  });
});

test('so is one whose sizes show only once others are computed', async () => {
  const hidden = Array.from({ length: 40 }, (_, i) => [
    node('Expand', [`v${i}`, 'size'], `large${i}`),
    node('Add', [i === 0 ? 'w' : `sum${i - 1}`, `large${i}`], i === 39 ? 'large' : `sum${i}`),
  ]).flat();
  const size = [node('Exp', ['power'], 'count'), node('Cast', ['count'], 'size', { to: { integer: 7 } })];
  // 64 MB each, 5 GB in all.
  const values = hidden.map((_, i) => float32Tensor(`v${i}`, [1], [i]));
  const tensors = [...values, float32Tensor('w', [1]), float32Tensor('power', [1], [Math.log(16e6)])];
  const highest = () => process.resourceUsage().maxRSS * 1024;
  const before = highest();
  await expect(imported({ nodes: [...size, ...hidden], tensors })).rejects.toMatchObject({ code: 'DT_ONNX_LIMIT' });
  expect(highest() - before).toBeLessThan(100_000_000);
});

test('an anchor grid that is computed from the size of the picture is a constant, before which a stage ends', async () => {
  const integer = (value: number) => ({ integer: value });
  const file = onnxFile({
    nodes: [
      node('Conv', ['x', 'w'], 'map', { strides: { integers: [2, 2] }, auto_pad: { text: 'SAME_UPPER' } }),
      node('Shape', ['map'], 'shape'),
      node('Gather', ['shape', 'three'], 'columns', { axis: integer(0) }),
      node('Range', ['zero', 'columns', 'one'], 'places'),
      node('Cast', ['places'], 'grid', { to: integer(1) }),
      node('Add', ['map', 'grid'], 'y'),
    ],
    tensors: [
      float32Tensor('w', [2, 3, 3, 3]),
      ...[int64Tensor('three', [3], []), int64Tensor('zero', [0], []), int64Tensor('one', [1], [])],
    ],
    inputs: [{ name: 'x', type: 'float32', dims: ['batch', 3, 'height', 'width'] }],
    outputs: [{ name: 'y', type: 'float32', dims: ['batch', 2, 'rows', 'columns'] }],
  });
  const { graph } = await importOnnx(file, {
    ...{ name: 'case', normalise: normaliseOnnx },
    size: { height: 64, width: 96 },
  });
  expect(graph.nodes.map(({ operator }) => operator)).toEqual(['Conv', 'Add']);
  expect(graph.values.get('y')!.shape).toEqual([1, 2, 32, 48]);
  expect(tileable(graph).barriers).toMatchObject([{ why: 'its constant differs from cell to cell' }]);
  const shape = [1, 3, 64, 96];
  const x = { shape, data: Float32Array.from({ length: 3 * 64 * 96 }, (_, i) => Math.sin(i)) };
  expect(largestDifference(await runFile(file, { x }), await runGraph(graph, { x }))).toBeLessThan(1e-6);
});
