import { afterEach, expect, test } from 'vitest';
import { startComputeThread } from '../../server/compute/compute-thread.js';
import { frameInput, frameOutputs } from '../../server/evaluation/measure/frame-tensors.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { floatsOf } from '../../server/gateway/results/remaining-check.js';
import { planCluster } from '../../server/node/cluster-plan.js';
import { decodeRemainingResult, encodeRemainingTask } from '../../server/node/wire/remaining-body.js';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';

const YAML = `model: { name: face-detector }
partition: { grid: 2x2, fusedDepth: 6 }
limits: { keptOutputs: 16 }
schedule: { remaining: any }`;

let cluster: TestCluster | undefined;
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});

test('devices compute remaining layers while the gateway computes others, with the same boxes', async () => {
  cluster = await startTestCluster({ yaml: YAML, devices: 3 });
  const { client } = cluster;
  const photo = samplePhoto('sample1.jpg');
  const alone = await submit(client, photo, { strategy: 'ftp-wst-s' });
  const traceOf = async (frame: string) => (await client.call('getFrameTrace', { path: { frame } })).json!;
  expect((await traceOf(alone.id)).remaining, 'the gateway is idle').toBeUndefined();
  const where = new Set<string>();
  for (let round = 0; round < 8 && !where.has('device'); round++) {
    const frames = await Promise.all(Array.from({ length: 6 }, () => submit(client, photo, { strategy: 'ftp-wst-s' })));
    for (const frame of frames) {
      expect(frame).toMatchObject({ state: 'complete', failure: null });
      expect(frame.detections!.map(({ score }) => score.toFixed(4))).toEqual(
        alone.detections!.map(({ score }) => score.toFixed(4)),
      );
      const { remaining } = await traceOf(frame.id);
      if (remaining === undefined) continue;
      expect(remaining).toHaveLength(1);
      expect(remaining[0]).toMatchObject({ outcome: 'computed', detail: null, device: expect.stringMatching(/^e\d$/) });
      expect(remaining[0]!.endedAtMs).toBeGreaterThan(remaining[0]!.begunAtMs);
      where.add('device');
    }
  }
  expect([...where]).toEqual(['device']);
  const metrics = (await cluster.gateway.app.inject('/metrics')).body;
  expect(metrics).toMatch(/deepthings_remaining_layers_total\{where="device",.*\} [1-9]/);
  expect(metrics).toMatch(/deepthings_remaining_layers_total\{where="gateway",.*\} [1-9]/);
  expect(metrics).toMatch(/deepthings_held\{what="remaining layers on devices",.*\} 0/);
});

test('what a device puts out is what the whole network puts out', async () => {
  cluster = await startTestCluster({ yaml: YAML, devices: 1 });
  const { client, config } = cluster;
  const frame = await submit(client, samplePhoto('sample2.jpg'), { strategy: 'ftp-wst-s' });
  const maps = await frameOutputs(client, frame.id);
  const { network, plan } = await planCluster(config);
  const { digest } = (await client.call('getPlan')).json!;
  const wirePlan = { plan, digest, fill: network.preprocessing.fill };
  const task = encodeRemainingTask(wirePlan, { frame: frame.id, generation: 1, maps }, 'f32');
  const ask = (bytes: Uint8Array) =>
    cluster!.clientOf('e0').call('computeRemaining', { body: { mediaType: 'application/octet-stream', bytes } });
  const graph = network.graph;
  const { outputs } = decodeRemainingResult(graph, (await ask(task)).bytes);
  const whole = await startComputeThread({
    model: config.model,
    engine: config.gateway.engine,
    stage: { kind: 'remaining', depth: plan.stage.values, grid: plan.grid, isAlone: true },
  });
  try {
    const { height, width } = network.input;
    const expected = await whole.runWhole(await frameInput(client, frame.id, width, height));
    expect(outputs.map(({ name }) => name)).toEqual(expected.outputs.map(({ name }) => name));
    expect(relativeDifference(floatsOf(outputs), floatsOf(expected.outputs))).toBeLessThanOrEqual(TOLERANCE.f32);
  } finally {
    await whole.close();
  }
  const less = encodeRemainingTask(
    { ...wirePlan, plan: { ...plan, stage: { ...plan.stage, outputs: [] } } },
    { frame: frame.id, generation: 1, maps: [] },
    'f32',
  );
  await expect(ask(less)).rejects.toMatchObject({ code: 'DT_TASK_BODY' });
});
