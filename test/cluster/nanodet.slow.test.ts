import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { frameInput, frameOutputs } from '../../server/evaluation/measure/frame-tensors.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { runUntiled } from '../../server/evaluation/measure/untiled.js';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';

const GRIDS = ['3x2', '5x5'];

describe.each(GRIDS)('NanoDet, a graph with branches, cut into %s at its cheapest place', (grid) => {
  let cluster: TestCluster;
  let whole: readonly Float32Array[];
  beforeAll(async () => {
    cluster = await startTestCluster({
      yaml: `model: { name: nanodet }\npartition: { grid: ${grid} }\nlimits: { keptOutputs: 1 }`,
    });
  }, 90_000);
  afterAll(() => cluster?.stop());

  test.each(['ftp-wst-s', 'ftp-wst', 'ftp-wsh'] as const)(
    '%s: the maps that devices hand over are those of the whole graph',
    { timeout: 60_000 },
    async (strategy) => {
      const frame = await submit(cluster.client, samplePhoto('sample2.jpg'), { strategy });
      expect(frame).toMatchObject({ state: 'complete', failure: null });
      expect(Object.keys(frame.tiles.byDevice).length).toBeGreaterThan(1);
      whole ??= await runUntiled(cluster.config, await frameInput(cluster.client, frame.id, 416));
      const merged = await frameOutputs(cluster.client, frame.id);
      expect(merged.length).toBeGreaterThan(0);
      expect(relativeDifference(merged, whole)).toBeLessThanOrEqual(TOLERANCE.f32);
      const labels = frame.detections!.map(({ label }) => label);
      expect(labels).toContain('person');
      expect(labels).toContain('cell phone');
    },
  );

  test('modnn is refused, with what to take instead', async () => {
    const refused = submit(cluster.client, samplePhoto('sample2.jpg'), { strategy: 'modnn' });
    await expect(refused).rejects.toMatchObject({ status: 422, code: 'DT_STRATEGY' });
  });

  test('the plan names the maps, and its graph has no weights', async () => {
    const { json: plan } = await cluster.client.call('getPlan');
    const [stage] = plan!.stages;
    expect(stage!.outputs.map((map) => stage!.maps[map]!.name)).toEqual(stage!.values);
    expect(plan!.graph.nodes.length).toBeGreaterThan(50);
    expect(JSON.stringify(plan).length).toBeLessThan(200_000);
  });
});
