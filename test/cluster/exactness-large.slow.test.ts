import { afterEach, describe, expect, test } from 'vitest';
import { frameInput, frameOutputs } from '../../server/evaluation/measure/frame-tensors.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { runUntiled } from '../../server/evaluation/measure/untiled.js';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';

describe('the merged output equals the untiled one', () => {
  let cluster: TestCluster | undefined;
  afterEach(() => cluster?.stop());

  test('YOLOv2 608x608, synthetic weights, 16 fused layers, 5x5 on three devices', { timeout: 90_000 }, async () => {
    cluster = await startTestCluster({
      yaml:
        'model: { name: yolov2, weights: synthetic }\n' +
        'partition: { grid: 5x5, fusedDepth: 16 }\n' +
        'limits: { keptOutputs: 1 }',
    });
    const frame = await submit(cluster.client, samplePhoto('sample1.jpg'));
    expect(frame.state).toBe('complete');
    expect(frame.tiles.done).toBe(25);
    expect(Object.keys(frame.tiles.byDevice).length, 'idle devices steal').toBeGreaterThan(1);
    const input = await frameInput(cluster.client, frame.id, 608);
    const merged = await frameOutputs(cluster.client, frame.id);
    expect(relativeDifference(merged, await runUntiled(cluster.config, input))).toBeLessThanOrEqual(TOLERANCE.f32);
  });

  test.each([
    ['4x4', 12],
    // Through the pooling of stride 1, and one layer more.
    ['3x5', 13],
  ])('Tiny YOLOv2, synthetic weights, grid %s, %i fused layers', { timeout: 60_000 }, async (grid, depth) => {
    cluster = await startTestCluster({
      yaml:
        'model: { name: yolov2-tiny, weights: synthetic }\n' +
        `partition: { grid: ${grid}, fusedDepth: ${depth} }\n` +
        'limits: { keptOutputs: 1 }',
    });
    const frame = await submit(cluster.client, samplePhoto('sample5.jpg'));
    expect(frame.state).toBe('complete');
    expect(Object.keys(frame.tiles.byDevice).length, 'idle devices steal').toBeGreaterThan(1);
    const input = await frameInput(cluster.client, frame.id, 416);
    const merged = await frameOutputs(cluster.client, frame.id);
    expect(relativeDifference(merged, await runUntiled(cluster.config, input))).toBeLessThanOrEqual(TOLERANCE.f32);
  });

  test('face detector, grid 13x13, 15 fused layers', { timeout: 60_000 }, async () => {
    cluster = await startTestCluster({
      yaml: 'model: { name: face-detector }\npartition: { grid: 13x13, fusedDepth: 15 }\nlimits: { keptOutputs: 1 }',
      devices: 2,
    });
    const frame = await submit(cluster.client, samplePhoto('sample3.jpg'));
    expect(frame.state).toBe('complete');
    const input = await frameInput(cluster.client, frame.id, 416);
    const merged = await frameOutputs(cluster.client, frame.id);
    expect(relativeDifference(merged, await runUntiled(cluster.config, input))).toBeLessThanOrEqual(TOLERANCE.f32);
    expect(frame.detections).toHaveLength(3);
  });
});
