import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { loadDarknetWeights } from '../../server/formats/darknet/weights/darknet-weights-file.js';
import { synthesizeWeights } from '../../server/formats/darknet/weights/synthetic-weights.js';
import { BUILT_IN_MODELS } from '../../server/model/built-in/registry.js';
import { describeModel } from '../../server/model/model-source.js';
import { yoloxS } from '../../server/model-files/synthetic/yolox-s.js';
import { clusterFile, FACES, runCli, temporaryFolder } from './running-cli.js';

const CFG = `[net]
width=64
height=64
channels=3

[convolutional]
batch_normalize=1
filters=8
size=3
stride=1
pad=1
activation=leaky

[maxpool]
size=2
stride=2

[convolutional]
batch_normalize=1
filters=16
size=3
stride=2
pad=1
activation=leaky

[convolutional]
filters=30
size=1
activation=linear

[region]
anchors=1,1, 2,2, 3,3, 4,4, 5,5
classes=1
coords=4
num=5
`;

function cfgFile(): string {
  const path = join(temporaryFolder(), 'small.cfg');
  writeFileSync(path, CFG);
  return path;
}

describe('model list', () => {
  test('names every built-in model with its size and where its weights are', async () => {
    const env = { XDG_CACHE_HOME: temporaryFolder() };
    const { code, stdout } = await runCli(['model', 'list'], { cwd: temporaryFolder(), env });
    expect(code).toBe(0);
    const line = (name: string) => stdout.split('\n').find((text) => text.trim().startsWith(`${name} `));
    for (const name of Object.keys(BUILT_IN_MODELS)) expect(line(name)).toBeDefined();
    // Both as the papers have them: 50.95 M parameters, 62.94 GFLOP (two a MAC) at 608.
    expect(line('yolov2')).toMatch(
      /608x608 +28 +80 +50,95\d,\d{3} +31\.4\d +194 MiB, not here: deepthings model pull yolov2/,
    );
    expect(line('face-detector')).toContain('built in');
  });

  test('lists the model of cluster.yaml where it is one of your own', async () => {
    const cfg = cfgFile();
    const weights = cfg.replace('.cfg', '.weights');
    await runCli(['model', 'synth', cfg, weights]);
    const cluster = clusterFile(FACES.replace('{ name: face-detector }', `{ cfg: ${cfg}, weights: ${weights} }`));
    const partition = readFileSync(cluster, 'utf8').replace(/partition: .*/, 'partition: { grid: 2x2, fusedDepth: 2 }');
    writeFileSync(cluster, partition);
    const { stdout } = await runCli(['model', 'list', '--json', '-c', cluster]);
    const models = JSON.parse(stdout) as { name: string; weights: Record<string, unknown> }[];
    expect(models.at(-1)).toMatchObject({ name: 'small', weights: { origin: 'own', path: weights, present: true } });
  });
});

describe('model inspect', () => {
  test('shows the nodes of a Darknet network by layer, and after which the fused part can end', async () => {
    const { code, stdout } = await runCli(['model', 'inspect', 'yolov2', '--size', '416', '--json']);
    expect(code).toBe(0);
    const { barriers, cuts, heads, inputs, nodes, stageEnd } = JSON.parse(stdout);
    expect([inputs[0].shape, stageEnd]).toEqual([[1, 3, 416, 416], null]);
    expect(nodes[0]).toMatchObject({ name: 'layer 0 conv', macs: 416 * 416 * 32 * 27, weightBytes: 4 * 32 * 28 });
    expect(cuts[0]).toMatchObject({ after: 'layer 0 conv', layers: 1, bytes: 4 * 32 * 416 * 416 });
    // Beyond layer 16, whose output the passthrough takes, both maps are handed over; reorg takes the whole of its map.
    const after = new Map<string, { layers: number; values: string[] }>(
      cuts.map((cut: { after: string }) => [cut.after, cut]),
    );
    expect(after.get('layer 16 leaky')).toMatchObject({ layers: 17, values: ['map 17'] });
    expect(after.get('layer 24 leaky')).toMatchObject({ layers: 25, values: ['map 17', 'map 25'] });
    expect(after.has('layer 28 conv')).toBe(false);
    expect(barriers.map(({ node }: { node: string }) => node)).toEqual([expect.stringMatching(/^layer 27 reorg/)]);
    expect(heads).toMatchObject([{ kind: 'region' }]);
  });

  test('marks the depth of cluster.yaml at its model', async () => {
    const { code, stdout } = await runCli(['model', 'inspect', '-c', clusterFile(FACES)]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/face-detector: \d+ nodes, 18 layers, 193,817 parameters/);
    expect(stdout).toContain('head    region (face)');
    expect(stdout.split('\n').filter((line) => line.includes('<- cluster.yaml'))).toEqual([
      expect.stringMatching(/ MaxPool +layer 7 maxpool .* 64 x 52 x 52 .* 8 .* <- cluster\.yaml$/),
    ]);
  });

  test('reads a cfg', async () => {
    const { code, stdout } = await runCli(['model', 'inspect', '--cfg', cfgFile(), '--size', '96x64']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/small: \d+ nodes, 4 layers/);
    expect(stdout).toMatch(/input +map 0 3 x 64 x 96/);
  });

  test('a cfg with a mistake is told by its layer', async () => {
    const path = cfgFile();
    writeFileSync(path, CFG.replace('[maxpool]', '[batchnorm]'));
    const { code, stderr } = await runCli(['model', 'inspect', '--cfg', path]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/small\.cfg: .*layer 1 .*batchnorm/);
  });
});

describe('model synth', () => {
  test('writes what loads as the synthetic weights of that seed', async () => {
    const cfg = cfgFile();
    const out = join(temporaryFolder(), 'small.weights');
    const { code, stdout, stderr } = await runCli(['model', 'synth', cfg, out, '--seed', '7']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('seed 7');

    const header = new DataView(new Uint8Array(readFileSync(out)).buffer, 0, 20);
    expect([header.getInt32(0, true), header.getInt32(4, true), header.getBigUint64(12, true)]).toEqual([0, 2, 0n]);

    const network = describeModel({ cfg });
    const loaded = await loadDarknetWeights(out, network);
    const expected = synthesizeWeights(network, 7).weights;
    expect([...loaded.weights.keys()]).toEqual([0, 2, 3]);
    for (const [layer, { weights, bias }] of loaded.weights) {
      expect(relativeDifference(weights, expected.get(layer)!.weights)).toBeLessThanOrEqual(TOLERANCE.f32);
      expect(relativeDifference(bias, expected.get(layer)!.bias)).toBeLessThanOrEqual(TOLERANCE.f32);
    }
  });

  test('writes yolox-s as an ONNX file', async () => {
    const out = join(temporaryFolder(), 'yolox-s.onnx');
    const { code, stdout, stderr } = await runCli(['model', 'synth', 'yolox-s', out, '--seed', '7']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('yolox-s with synthetic weights, 34.2 MiB of ONNX, seed 7');
    expect(readFileSync(out).equals(yoloxS(7))).toBe(true);
  });

  test('writes over nothing unless told to', async () => {
    const out = join(temporaryFolder(), 'small.weights');
    writeFileSync(out, 'precious');
    const cfg = cfgFile();
    const refused = await runCli(['model', 'synth', cfg, out]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--force');
    expect(readFileSync(out, 'utf8')).toBe('precious');
    expect((await runCli(['model', 'synth', cfg, out, '--force'])).code).toBe(0);
    expect(readFileSync(out).byteLength).toBeGreaterThan(1000);
  });

  test('a place that cannot be written is told', async () => {
    const { code, stderr } = await runCli(['model', 'synth', cfgFile(), '/no/such/folder/a.weights']);
    expect(code).toBe(1);
    expect(stderr).toContain('cannot write /no/such/folder/a.weights');
  });
});
