import { afterEach, expect, test } from 'vitest';
import { createEngine } from '../../server/engine/engines.js';
import { frameInput, frameOutputs } from '../../server/evaluation/measure/frame-tensors.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { loadModel } from '../../server/model-files/load-model.js';
import { planCluster } from '../../server/node/cluster-plan.js';
import { normaliseBytes } from '../../server/tensor/normalise.js';
import { runWhole } from '../compute/tiled-graph.js';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';

let cluster: TestCluster | undefined;
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});

/** The maps that a gang hands over, computed by the whole graph in one engine call. */
async function wholeMaps({ config }: TestCluster, input: Uint8Array): Promise<readonly Float32Array[]> {
  const { gang } = await planCluster(config);
  const { graph, network } = await loadModel(config.model);
  const engine = await createEngine('onnxruntime', { threads: 1 });
  const picture = normaliseBytes(input, gang.stage.maps[0]!, network.preprocessing);
  const outputs = await runWhole(engine, graph, gang.stage.values, picture);
  return gang.stage.values.map((name) => outputs.get(name)!.data as Float32Array);
}

test.each([
  { devices: 1, strategies: ['gang', 'whole'] },
  { devices: 2, strategies: ['gang'] },
  { devices: 3, strategies: ['gang', 'whole', 'gang', 'ftp-wst-s'] },
  { devices: 6, strategies: ['gang'] },
] as const)(
  '$devices devices: $strategies give the maps and the detections of the whole graph',
  { timeout: 90_000 },
  async ({ devices, strategies }) => {
    cluster = await startTestCluster({ yaml: 'model: { name: nanodet }\nlimits: { keptOutputs: 1 }', devices });
    const { client } = cluster;
    let whole: readonly Float32Array[] | null = null;
    let found: unknown = null;
    for (const strategy of strategies) {
      const frame = await submit(client, samplePhoto('sample2.jpg'), { strategy });
      expect(frame).toMatchObject({ state: 'complete', failure: null, strategy });
      const boxes = frame.detections!.map(({ label, score }) => `${label} ${score.toFixed(3)}`);
      found ??= boxes;
      expect(boxes).toEqual(found);
      if (strategy === 'ftp-wst-s') continue;
      expect(Object.keys(frame.tiles.byDevice)).toHaveLength(strategy === 'gang' ? devices : 1);
      whole ??= await wholeMaps(cluster, await frameInput(client, frame.id, 416));
      const merged = await frameOutputs(client, frame.id);
      expect(relativeDifference(merged, whole)).toBeLessThanOrEqual(TOLERANCE.f32);
    }
  },
);
