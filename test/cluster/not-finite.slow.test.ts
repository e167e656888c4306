import { afterEach, expect, test, vi } from 'vitest';
import type { Schemas } from '../../client/client.js';
import { frameInput, frameOutputs } from '../../server/evaluation/measure/frame-tensors.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { runUntiled } from '../../server/evaluation/measure/untiled.js';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';
import { engines } from '../support/wrong-engine.js';

vi.mock('../../server/compute/compute-thread.js', async (original) => {
  const { withWrongEngines } = await import('../support/wrong-engine.js');
  return withWrongEngines(await original());
});

const YAML = `model: { name: face-detector }
partition: { grid: 2x2, fusedDepth: 8 }
limits: { keptOutputs: 4 }
schedule: { heartbeat: { intervalMs: 200 } }`;

let cluster: TestCluster | undefined;
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
  engines.reset();
});

async function stateOf(device: string): Promise<Schemas['DeviceState']> {
  const { devices } = (await cluster!.client.call('getCluster')).json!;
  return devices.find((one) => one.device === device)!;
}

async function expectExact(frame: Schemas['Frame']): Promise<void> {
  expect(frame.state).toBe('complete');
  const { client, config } = cluster!;
  const merged = await frameOutputs(client, frame.id);
  const untiled = await runUntiled(config, await frameInput(client, frame.id, 416));
  expect(relativeDifference(merged, untiled)).toBeLessThanOrEqual(TOLERANCE.f32);
}

test.each([['ftp-wst-s'], ['ftp-wsh']] as const)(
  '%s: a device that gives NaN costs no frame, is counted and named, and gets nothing more',
  { timeout: 30_000 },
  async (strategy) => {
    cluster = await startTestCluster({ yaml: YAML, devices: 3 });
    engines.notFinite.add(1);
    await expectExact(await submit(cluster.client, samplePhoto('sample1.jpg'), { strategy, source: 'e1' }));
    const e1 = await stateOf('e1');
    expect(e1.state).toBe('quarantined');
    expect(e1.problem).toMatch(/^device e1 .* not finite .* deepthings quarantine release e1$/);
    for (const device of ['e0', 'e2']) expect(await stateOf(device)).toMatchObject({ state: 'live', problem: null });
    const metrics = (await cluster.gateway.app.inject('/metrics')).body;
    expect(metrics).toMatch(/deepthings_not_finite_total\{from="e1",.*\} [1-9]/);
    expect(metrics).toMatch(/deepthings_results_total\{verdict="refused",.*\} [1-9]/);
    await expectExact(await submit(cluster.client, samplePhoto('sample2.jpg'), { strategy }));
  },
);

test('modnn: a member that gives NaN costs no frame and is named, but in a gang it may have them from a neighbour', async () => {
  cluster = await startTestCluster({ yaml: YAML, devices: 3 });
  engines.notFinite.add(1);
  const frame = await submit(cluster.client, samplePhoto('sample1.jpg'), { strategy: 'modnn', source: 'e1' });
  await expectExact(frame);
  expect(Object.keys(frame.tiles.byDevice).sort()).toEqual(['e0', 'e2']);
  expect(await stateOf('e1')).toMatchObject({ state: 'live', problem: expect.stringContaining('not finite') });
  const metrics = (await cluster.gateway.app.inject('/metrics')).body;
  expect(metrics).toMatch(/deepthings_not_finite_total\{from="e1",.*\} [1-9]/);
});

test('every device gives NaN: the frame fails, names them and the weights, and sets none aside', async () => {
  cluster = await startTestCluster({ yaml: YAML, devices: 2 });
  for (const device of [0, 1]) engines.notFinite.add(device);
  const failed = await submit(cluster.client, samplePhoto('sample3.jpg'), {}).catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: 'DT_NOT_FINITE', message: expect.stringMatching(/(e0, e1|e1, e0).*weights/) });
  for (const device of ['e0', 'e1']) {
    expect(await stateOf(device)).toMatchObject({ state: 'live', problem: expect.stringContaining('not finite') });
  }
});
