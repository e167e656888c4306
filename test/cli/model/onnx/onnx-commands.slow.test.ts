import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { samplePhotoPath } from '../../../../server/imaging/sample-photos.js';
import { onnxFile } from '../../../support/onnx-file.js';
import { runCli } from '../../running-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'deepthings-onnx-commands-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const PHOTO = samplePhotoPath('sample1.jpg');

const weights = (name: string, dims: readonly number[], value: (i: number) => number) => {
  const count = dims.reduce((product, size) => product * size, 1);
  return { name, type: 'float32' as const, dims, floats: Array.from({ length: count }, (_, i) => value(i)) };
};

/** A classifier of three classes whose second is always the likeliest; its height and width are left open. */
function writeClassifier(): string {
  const file = join(folder, 'three.onnx');
  const model = onnxFile({
    nodes: [
      {
        operator: 'Conv',
        name: 'stem',
        inputs: ['picture', 'kernel'],
        outputs: ['maps'],
        attributes: {
          kernel_shape: { integers: [3, 3] },
          pads: { integers: [1, 1, 1, 1] },
          strides: { integers: [2, 2] },
        },
      },
      { operator: 'Relu', name: 'act', inputs: ['maps'], outputs: ['active'] },
      { operator: 'GlobalAveragePool', name: 'pool', inputs: ['active'], outputs: ['mean'] },
      { operator: 'Flatten', name: 'flat', inputs: ['mean'], outputs: ['features'] },
      { operator: 'Gemm', name: 'classes', inputs: ['features', 'matrix', 'bias'], outputs: ['scores'] },
    ],
    tensors: [
      weights('kernel', [4, 3, 3, 3], (i) => ((i * 7) % 11) / 50 - 0.1),
      weights('matrix', [4, 3], (i) => (i % 3) / 100),
      weights('bias', [3], (i) => (i === 1 ? 3 : 0)),
    ],
    inputs: [{ name: 'picture', dims: ['batch', 3, 'height', 'width'] }],
    outputs: [{ name: 'scores', dims: [1, 3] }],
    metadata: { names: "{0: 'cat', 1: 'door', 2: 'tree'}" },
  });
  writeFileSync(file, model);
  return file;
}

describe('deepthings model with an ONNX file', { timeout: 60_000 }, () => {
  it('inspect tells what each node needs, where a stage ends and why, and the head', async () => {
    const { code, stdout } = await runCli(['model', 'inspect', writeClassifier(), '--size', '64']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/0 +Conv +stem +3 cells, every 2 +4 x 32 x 32/);
    expect(stdout).toMatch(/stage ends before GlobalAveragePool "pool": it pools the whole map/);
    expect(stdout).toMatch(/head +classifier \(cat, door, tree\)/);
    const json = await runCli(['model', 'inspect', writeClassifier(), '--size', '64x32', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      inputs: [{ name: 'picture', shape: [1, 3, 32, 64] }],
      tileableNodes: 2,
      heads: [{ kind: 'classifier', labels: ['cat', 'door', 'tree'] }],
      cuts: [{ after: 'stem' }, { after: 'act' }],
    });
  });

  it('check runs it on a picture, whole and in tiles, and draws what it finds', async () => {
    const annotated = join(folder, 'out.jpg');
    const args = [
      'model',
      'check',
      writeClassifier(),
      PHOTO,
      '--size',
      '64',
      '--grid',
      '3x2',
      '--annotated',
      annotated,
    ];
    const { code, stderr, stdout } = await runCli(args);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/door +0\.\d{3}/);
    expect(stdout.indexOf('door')).toBeLessThan(stdout.indexOf('tree'));
    const [, difference] = /outputs within (\S+) of their largest values/.exec(stdout)!;
    expect(Number(difference)).toBeLessThan(1e-5);
    expect([...readFileSync(annotated).subarray(0, 2)]).toEqual([0xff, 0xd8]);
  });

  it.each([
    ['a size that is not given', () => ['check', writeClassifier(), PHOTO], /"picture".*not fixed/],
    ['a file that is none', () => ['check', PHOTO, PHOTO], /cannot be read as ONNX/],
    ['a file that is not there', () => ['inspect', join(folder, 'no.onnx')], /cannot read .*no\.onnx/],
    ['a grid that is none', () => ['check', writeClassifier(), PHOTO, '--size', '64', '--grid', '3by2'], /3by2/],
    [
      'a head that does not fit',
      () => ['check', writeClassifier(), PHOTO, '--size', '64', '--head', 'yolox'],
      /not the head yolox/,
    ],
  ])('%s is said in a line, with exit code 2', async (_what, args, message) => {
    const { code, stderr, stdout } = await runCli(['model', ...args()]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
