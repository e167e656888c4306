import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveClusterConfig } from '../../../server/config/load.js';
import { ConfigError } from '../../../server/config/source/problem.js';
import { float32Tensor, onnxFile } from '../../support/onnx-file.js';

const NODES =
  "gateway: { address: 'http://127.0.0.1:8080' }\ndevices: [{ id: e0, address: 'http://127.0.0.1:8081' }]\n";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'deepthings-onnx-config-'));
  writeFileSync(join(folder, 'classes.onnx'), classifier(3));
  writeFileSync(join(folder, 'three.names'), 'ant\nbee\ncat\n');
  writeFileSync(join(folder, 'two.names'), 'ant\nbee\n');
  writeFileSync(join(folder, 'text.onnx'), 'hello, this is no model at all');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A convolution, the mean of each of its channels, and a score for each. */
function classifier(classes: number): Uint8Array {
  const weights = Array.from({ length: classes * 27 }, (_, i) => Math.sin(i));
  return onnxFile({
    inputs: [{ name: 'images', dims: [1, 3, 32, 32] }],
    outputs: [{ name: 'scores', dims: [1, classes, 1, 1] }],
    tensors: [float32Tensor('kernel', [classes, 3, 3, 3], weights)],
    nodes: [
      { operator: 'Conv', inputs: ['images', 'kernel'], outputs: ['map'] },
      { operator: 'GlobalAveragePool', inputs: ['map'], outputs: ['scores'] },
    ],
  });
}

const resolved = (model: string, more = '') =>
  resolveClusterConfig(`model: ${model}\n${NODES}${more}`, { file: 'cluster.yaml', baseDirectory: folder, env: {} });

async function problemsOf(model: string, more = ''): Promise<string> {
  const error = await resolved(model, more).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConfigError);
  return (error as ConfigError).message;
}

describe('an ONNX file in cluster.yaml', () => {
  test('is taken as it is: head, labels and limits follow from it', async () => {
    const { model, partition } = await resolved('{ onnx: classes.onnx }');
    expect(model).toMatchObject({ onnx: join(folder, 'classes.onnx'), threshold: 0 });
    expect(partition.fusedDepth).toBe('auto');
  });

  test('has what it expects of a picture told where that is not usual', async () => {
    const input = '{ order: bgr, place: stretch, scale: 0.5, mean: [1, 2, 3], std: [1, 1, 2], fill: [0, 0, 0] }';
    const { model } = await resolved(`{ onnx: classes.onnx, labels: three.names, input: ${input} }`);
    expect(model.input).toEqual({
      ...{ order: 'bgr', anchor: 'stretch', scale: 0.5 },
      ...{ mean: [1, 2, 3], deviation: [1, 1, 2], fill: [0, 0, 0] },
    });
  });

  test.each([
    ['that is not there', '{ onnx: none.onnx }', /model\.onnx: there is no file .*none\.onnx/],
    ['that is none', '{ onnx: text.onnx }', /model\.onnx: /],
    ['beside a name', '{ name: nanodet, onnx: classes.onnx }', /model\.onnx: is given beside name: nanodet/],
    ['with weights', '{ onnx: classes.onnx, weights: my.weights }', /model\.weights: .*ONNX file already/],
    ['with a head that it does not have', '{ onnx: classes.onnx, head: yolov8 }', /model\.head: .*not the head yolov8/],
    ['with other labels', '{ onnx: classes.onnx, labels: two.names }', /model\.labels: .*2 names, .*3 classes/],
    ['whose head is told of a Darknet model', '{ name: face-detector, head: yolox }', /model\.head: is for ONNX files/],
  ])('%s', async (_name, model, says) => {
    expect(await problemsOf(model)).toMatch(says);
  });

  test('cannot be computed layer by layer where it branches, which is said', async () => {
    expect(await problemsOf('{ name: nanodet }', 'schedule: { strategy: modnn }')).toMatch(
      /schedule\.strategy: modnn .* is none/,
    );
  });
});
