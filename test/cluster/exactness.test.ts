import { afterEach, describe, expect, test } from 'vitest';
import { frameInput, frameOutputs } from '../../server/evaluation/measure/frame-tensors.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { runUntiled } from '../../server/evaluation/measure/untiled.js';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';

describe('the face detector: the merged output equals the untiled one', () => {
  let cluster: TestCluster | undefined;
  afterEach(() => cluster?.stop());

  const start = (grid: string, depth: number, devices: number) =>
    startTestCluster({
      yaml:
        'model: { name: face-detector }\n' +
        `partition: { grid: ${grid}, fusedDepth: ${depth} }\n` +
        'limits: { keptOutputs: 1 }',
      devices,
    });

  const untiled = async ({ client, config }: TestCluster, frame: string) =>
    runUntiled(config, await frameInput(client, frame, 416));

  test.each([
    ['1x1', 3],
    ['1x7', 8],
    ['5x3', 14],
    ['6x6', 15],
  ])('grid %s, %i fused layers', async (grid, depth) => {
    cluster = await start(grid, depth, 2);
    const frame = await submit(cluster.client, samplePhoto('sample3.jpg'));
    expect(frame.state).toBe('complete');
    const merged = await frameOutputs(cluster.client, frame.id);
    expect(relativeDifference(merged, await untiled(cluster, frame.id))).toBeLessThanOrEqual(TOLERANCE.f32);
    expect(frame.detections).toHaveLength(3);
  });

  test('whatever the strategy, and idle devices help', async () => {
    cluster = await start('4x4', 8, 3);
    let whole: readonly Float32Array[] | undefined;
    for (const strategy of ['ftp-wst-s', 'ftp-wst', 'ftp-wsh', 'modnn'] as const) {
      const frame = await submit(cluster.client, samplePhoto('sample1.jpg'), { strategy });
      expect(frame).toMatchObject({ state: 'complete', failure: null, strategy });
      expect(Object.keys(frame.tiles.byDevice).length, strategy).toBeGreaterThan(1);
      whole ??= await untiled(cluster, frame.id);
      const difference = relativeDifference(await frameOutputs(cluster.client, frame.id), whole);
      expect(difference, strategy).toBeLessThanOrEqual(TOLERANCE.f32);
    }
  });
});
