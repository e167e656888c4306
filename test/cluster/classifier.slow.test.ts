import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { createEngine } from '../../server/engine/engines.js';
import { frameInput, frameOutputs } from '../../server/evaluation/measure/frame-tensors.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { runUntiled } from '../../server/evaluation/measure/untiled.js';
import { loadModel } from '../../server/model/model-source.js';
import { normaliseBytes } from '../../server/tensor/normalise.js';
import { darknet19Cfg } from '../support/darknet19.js';
import { samplePhoto, submit } from '../support/frames.js';
import { loadLayers } from '../support/load-layers.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';
import { VGG_LIKE_CFG } from '../support/vgg-like.js';

/** Scores are told to this. */
const SCORE_DIGIT = 1e-4;

const folder = mkdtempSync(join(tmpdir(), 'deepthings-classifier-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a classifier through a cluster', () => {
  let cluster: TestCluster | undefined;
  afterEach(() => cluster?.stop());

  const start = async (cfg: string, partition: string, labels: readonly string[]) => {
    writeFileSync(join(folder, 'a.cfg'), cfg);
    writeFileSync(join(folder, 'a.names'), labels.join('\n'));
    const files = `cfg: ${join(folder, 'a.cfg')}, labels: ${join(folder, 'a.names')}`;
    cluster = await startTestCluster({
      yaml: `model: { ${files}, weights: 'synthetic:3' }\npartition: ${partition}\nlimits: { keptOutputs: 1 }`,
    });
    return cluster;
  };

  test.each([
    ['Darknet-19', darknet19Cfg({ size: 128 }), '{ grid: 3x4, fusedDepth: 12 }', 128, 1000],
    ['a VGG of a few layers', VGG_LIKE_CFG, '{ grid: 4x3, fusedDepth: 5 }', 64, 7],
  ])('%s: exact, and its five best classes', { timeout: 60_000 }, async (_name, cfg, partition, size, classes) => {
    const labels = Array.from({ length: classes }, (_, index) => `kind ${index}`);
    const { client, config } = await start(cfg, partition, labels);
    const frame = await submit(client, samplePhoto('sample2.jpg'));
    expect([frame.state, frame.tiles.done, frame.detections, frame.failure]).toEqual(['complete', 12, null, null]);

    const input = await frameInput(client, frame.id, size);
    const merged = await frameOutputs(client, frame.id);
    expect(relativeDifference(merged, await runUntiled(config, input))).toBeLessThanOrEqual(TOLERANCE.f32);

    const expected = await classifyUntiled(config.model, input);
    expect(frame.classification!.map(({ label }) => label)).toEqual(expected.map(({ index }) => `kind ${index}`));
    for (const [i, { score, classIndex }] of frame.classification!.entries()) {
      expect(classIndex).toBe(expected[i]!.index);
      expect(Math.abs(score - expected[i]!.score)).toBeLessThanOrEqual(TOLERANCE.f32 + SCORE_DIGIT / 2);
    }

    const { json } = await client.call('listFrames', { query: { label: frame.classification![0]!.label } });
    expect(json!.frames.map(({ id }) => id)).toEqual([frame.id]);
    const annotated = await client.call('getFrameAnnotated', { path: { frame: frame.id } });
    const plain = await client.call('getFrameImage', { path: { frame: frame.id } });
    expect(await cornerDifference(annotated.bytes, plain.bytes), 'plates in the top left corner').toBeGreaterThan(20);
  });
});

/** All layers in one graph that pads, in this process. */
async function classifyUntiled(spec: Parameters<typeof loadModel>[0], input: Uint8Array) {
  const { network, weights } = await loadModel(spec);
  const engine = await createEngine('onnxruntime');
  const end = network.layers.findIndex(({ kind }) => kind === 'softmax');
  const graph = await loadLayers(engine, {
    name: 'whole',
    firstLayer: 0,
    layers: network.layers.slice(0, end),
    weights,
    padding: 'layers',
  });
  const { data } = await graph.run({
    data: normaliseBytes(input, network.input, network.preprocessing),
    shape: network.input,
  });
  await graph.release();
  const sum = data.reduce((total, logit) => total + Math.exp(logit), 0);
  return [...data]
    .map((logit, index) => ({ index, score: Math.exp(logit) / sum }))
    .sort((a, b) => b.score - a.score)
    .slice(0, 5);
}

/** Mean difference of the pixels of the top left corner, 0 to 255. */
async function cornerDifference(one: Uint8Array, other: Uint8Array): Promise<number> {
  const corner = { left: 0, top: 0, width: 60, height: 16 };
  const [a, b] = await Promise.all(
    [one, other].map((bytes) => sharp(bytes).removeAlpha().extract(corner).raw().toBuffer()),
  );
  return a!.reduce((sum, byte, i) => sum + Math.abs(byte - b![i]!), 0) / a!.length;
}
