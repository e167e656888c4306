import { afterEach, expect, test } from 'vitest';
import { frameInput, frameOutputs } from '../../server/evaluation/measure/frame-tensors.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { runWholeGraph } from '../../server/evaluation/measure/untiled.js';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster, waitUntil } from '../support/test-cluster.js';

let cluster: TestCluster | undefined;
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});

const YAML = `model: { name: nanodet }
limits: { keptOutputs: 1 }
schedule: { heartbeat: { intervalMs: 200 } }`;

async function start(devices: number, compute: boolean, token: string | null = null) {
  cluster = await startTestCluster({ yaml: YAML, devices, compute, ...(token !== null && { token: token as never }) });
  const { client, config } = cluster;
  return {
    /** Submits a frame, which is to have the maps of the whole graph, and returns who computed it. */
    async exact(strategy: 'gang' | 'whole' | 'ftp-wst-s' | 'ftp-wsh') {
      const frame = await submit(client, samplePhoto('sample2.jpg'), { strategy });
      expect(frame).toMatchObject({ state: 'complete', failure: null });
      if (strategy === 'gang') {
        const whole = await runWholeGraph(config, await frameInput(client, frame.id, 416));
        expect(relativeDifference(await frameOutputs(client, frame.id), whole)).toBeLessThanOrEqual(TOLERANCE.f32);
      }
      return Object.keys(frame.tiles.byDevice).sort();
    },
    async states() {
      const { devices: all } = (await client.call('getCluster')).json!;
      return all.map(({ device, state }) => `${device} ${state}`);
    },
  };
}

test('a gateway that computes is a member of gangs, and its block is right', { timeout: 120_000 }, async () => {
  const { exact, states } = await start(2, true);
  expect(await states()).toEqual(['e0 live', 'e1 live', 'gateway live']);
  for (let round = 0; round < 3; round++) expect(await exact('gang')).toEqual(['e0', 'e1', 'gateway']);
});
