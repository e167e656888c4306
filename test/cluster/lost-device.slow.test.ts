import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Schemas } from '../../client/client.js';
import { frameInput, frameOutputs } from '../../server/evaluation/measure/frame-tensors.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { runUntiled } from '../../server/evaluation/measure/untiled.js';
import { samplePhoto, submit } from '../support/frames.js';
import { type ProcessCluster, startProcessCluster } from '../support/process-cluster.js';
import { waitUntil } from '../support/test-cluster.js';

type Strategy = Schemas['Strategy'];

const YOLO =
  'model: { name: yolov2, weights: synthetic }\n' +
  'partition: { grid: 5x5, fusedDepth: 16 }\n' +
  'schedule: { heartbeat: { intervalMs: 200, lostAfterMs: 1000 } }\n' +
  'limits: { keptOutputs: 2 }';

/** On a busy machine a device may come too late for a frame: the next one is tried then. */
async function killInMidFrame(
  { client, process }: ProcessCluster,
  victim: string,
  strategy: Strategy,
): Promise<{ frame: string }> {
  for (let round = 0; round < 10; round++) {
    const accepted = await submit(client, samplePhoto('sample4.jpg'), { source: 'e0', wait: 0, strategy });
    const path = { frame: accepted.id };
    let frame = accepted;
    await waitUntil(async () => {
      frame = (await client.call('getFrame', { path })).json!;
      if (frame.endedAt !== null || (frame.tiles.byDevice[victim] ?? 0) >= 1) return true;
      // A slice is done at the end only; a layer of it is told in the trace.
      const { tiles } = (await client.call('getFrameTrace', { path })).json!;
      return strategy === 'modnn' && tiles.length > 1 && tiles.every(({ macs }) => macs !== null);
    });
    if (frame.endedAt !== null) continue;
    process(victim).kill('SIGKILL');
    expect((await client.call('getFrame', { path })).json!.endedAt, 'killed in the middle').toBeNull();
    return path;
  }
  throw new Error(`${victim} took part in none of ten frames`);
}

describe('a device is killed in the middle of a frame', () => {
  let cluster: ProcessCluster;
  let whole: Schemas['Frame'];
  let untiled: readonly Float32Array[];
  beforeAll(async () => {
    cluster = await startProcessCluster(YOLO);
    whole = await submit(cluster.client, samplePhoto('sample4.jpg'), { source: 'e0', strategy: 'ftp-wst-s' });
    untiled = await runUntiled(cluster.config, await frameInput(cluster.client, whole.id, 608));
  }, 90_000);
  afterAll(() => cluster?.stop());

  async function stateOf(victim: string): Promise<Schemas['DeviceState']> {
    const { devices } = (await cluster.client.call('getCluster')).json!;
    return devices.find(({ device }) => device === victim)!;
  }

  test.each([
    ['a thief', 'e1', 'ftp-wst-s'],
    ['the source', 'e0', 'ftp-wst-s'],
    ['one that was given tiles', 'e2', 'ftp-wsh'],
    ['one that has a slice', 'e1', 'modnn'],
  ] as const)(
    '%s: the frame completes all the same, with the same result, and the device may come back',
    {
      timeout: 60_000,
    },
    async (_role, victim, strategy) => {
      const { client } = cluster;
      expect(whole.state).toBe('complete');

      const path = await killInMidFrame(cluster, victim, strategy);
      await waitUntil(async () => (await client.call('getFrame', { path })).json!.endedAt !== null, 30_000);

      const frame = (await client.call('getFrame', { path })).json!;
      expect(frame.failure).toBeNull();
      expect(frame.state).toBe('complete');
      expect(frame.detections).toEqual(whole.detections);
      const merged = await frameOutputs(client, frame.id);
      expect(relativeDifference(merged, untiled)).toBeLessThanOrEqual(TOLERANCE.f32);
      await waitUntil(async () => (await stateOf(victim)).state === 'lost');
      expect((await stateOf(victim)).problem).not.toBeNull();
      cluster.start(victim);
      await waitUntil(async () => (await stateOf(victim)).state === 'live', 20_000);
    },
  );
});

test('a device whose process has ended is missed at once, however long silence may be', {
  timeout: 40_000,
}, async () => {
  const cluster = await startProcessCluster(
    'model: { name: face-detector }\nschedule: { heartbeat: { intervalMs: 1000, lostAfterMs: 30000 } }',
    2,
  );
  try {
    const stateOf = async (device: string) => {
      const { devices } = (await cluster.client.call('getCluster')).json!;
      return devices.find((entry) => entry.device === device)!.state;
    };
    cluster.process('e1').kill('SIGKILL');
    await waitUntil(async () => (await stateOf('e1')) === 'lost', 10_000);
    expect(await stateOf('e0')).toBe('live');
    cluster.start('e1');
    await waitUntil(async () => (await stateOf('e1')) === 'live', 20_000);
  } finally {
    await cluster.stop();
  }
});
