import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { totalMacs } from '../../server/graph/macs.js';
import { describeModel } from '../../server/model-files/describe-model.js';
import { SYNTHETIC_MODELS } from '../../server/model-files/synthetic/synthetic-models.js';
import { temporaryFolder } from '../cli/running-cli.js';

const { file, spec } = SYNTHETIC_MODELS.get('yolox-s')!;

test('yolox-s has the work, the weights and the output of YOLOX-S at 640', async () => {
  const onnx = join(temporaryFolder(), 'yolox-s.onnx');
  writeFileSync(onnx, file(1));
  const { graph, head, input, labels, preprocessing } = await describeModel({ onnx, ...spec });
  const gigaflops = (2 * totalMacs(graph)) / 1e9;
  expect(Math.abs(gigaflops / 26.7 - 1)).toBeLessThan(0.02);
  const weights = [...graph.constants.values()].filter(({ type }) => type === 'float32');
  const parameters = weights.reduce((sum, { shape }) => sum + shape.reduce((all, size) => all * size, 1), 0);
  // 9.0 million, as its authors say.
  expect(parameters / 1e6).toBeCloseTo(9, 1);
  expect(input).toEqual({ channels: 3, height: 640, width: 640 });
  expect(graph.outputs.map((name) => graph.values.get(name)!.shape)).toEqual([[1, 8400, 85]]);
  expect(head).toMatchObject({ kind: 'yolox', classes: 80, strides: [8, 16, 32] });
  expect(labels).toHaveLength(80);
  expect(preprocessing).toMatchObject({ order: 'bgr', anchor: 'top-left', scale: [1, 1, 1] });
});

test('a seed gives the same file each time, another seed another one of the same length', () => {
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const [one, other] = [file(7), file(8)];
  expect(digest(file(7))).toBe(digest(one));
  expect(digest(other)).not.toBe(digest(one));
  expect(other.byteLength).toBe(one.byteLength);
});
