import { afterEach, expect, test, vi } from 'vitest';
import { frameInput, frameOutputs } from '../../server/evaluation/measure/frame-tensors.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { runWholeGraph } from '../../server/evaluation/measure/untiled.js';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';
import { engines } from '../support/wrong-engine.js';

vi.mock('../../server/compute/compute-thread.js', async (original) => {
  const { withWrongEngines } = await import('../support/wrong-engine.js');
  return withWrongEngines(await original());
});

let cluster: TestCluster | undefined;
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
  engines.reset();
});

const YAML = `model: { name: nanodet }
limits: { keptOutputs: 1 }
schedule: { heartbeat: { intervalMs: 200 } }
audit: { fraction: 1 }`;

async function start(devices: number) {
  cluster = await startTestCluster({ yaml: YAML, devices });
  const { client, config, gateway } = cluster;
  return {
    /** Submits a frame, which is to have the maps of the whole graph. */
    async exact(strategy: 'gang' | 'whole') {
      const frame = await submit(client, samplePhoto('sample2.jpg'), { strategy });
      expect(frame).toMatchObject({ state: 'complete', failure: null });
      const whole = await runWholeGraph(config, await frameInput(client, frame.id, 416));
      expect(relativeDifference(await frameOutputs(client, frame.id), whole)).toBeLessThanOrEqual(TOLERANCE.f32);
      return Object.keys(frame.tiles.byDevice).sort();
    },
    async states() {
      const { devices: all } = (await client.call('getCluster')).json!;
      return all.map(({ device, state }) => `${device} ${state}`);
    },
    async audits(outcome: string): Promise<number> {
      const { body } = await gateway.app.inject('/metrics');
      const line = body.split('\n').find((one) => one.startsWith(`deepthings_audits_total{outcome="${outcome}"`));
      return Number(line?.split(' ').at(-1) ?? 0);
    },
  };
}

test('a gang whose blocks are right is found right', { timeout: 120_000 }, async () => {
  const { audits, exact, states } = await start(3);
  expect(await exact('gang')).toEqual(['e0', 'e1', 'e2']);
  expect([await audits('agreed'), await audits('undecided'), await audits('skipped')]).toEqual([1, 0, 0]);
  expect(await states()).toEqual(['e0 live', 'e1 live', 'e2 live']);
});

test('the member that is wrong is proven so, its neighbours are not blamed, and frames are right', {
  timeout: 120_000,
}, async () => {
  const { audits, exact, states } = await start(3);
  engines.wrong.add(1);
  await exact('gang');
  expect([await audits('undecided'), await audits('disagreed')]).toEqual([1, 1]);
  expect(await states()).toEqual(['e0 live', 'e1 quarantined', 'e2 live']);
  expect(await exact('gang')).toEqual(['e0', 'e2']);
});

test('a device that computes whole frames wrongly is found at once', { timeout: 120_000 }, async () => {
  const { audits, exact, states } = await start(2);
  engines.wrong.add(0);
  expect(await exact('whole')).toEqual(['e1']);
  expect([await audits('disagreed'), await audits('agreed')]).toEqual([1, 1]);
  expect(await states()).toEqual(['e0 quarantined', 'e1 live']);
});
