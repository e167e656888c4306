import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Schemas } from '../../client/client.js';
import { frameInput, frameOutputs } from '../../server/evaluation/measure/frame-tensors.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { runUntiled } from '../../server/evaluation/measure/untiled.js';
import { samplePhoto, submit } from '../support/frames.js';
import { type ProcessCluster, startProcessCluster } from '../support/process-cluster.js';
import { waitUntil } from '../support/test-cluster.js';

/** Leases end long before a silent device is lost. */
const YOLO =
  'model: { name: yolov2, weights: synthetic, width: 416, height: 416 }\n' +
  'partition: { grid: 5x5, fusedDepth: 16 }\n' +
  'schedule: { heartbeat: { intervalMs: 200, lostAfterMs: 50000 }, lease: { floorMs: 500, waitingMs: 500 } }\n' +
  'limits: { keptOutputs: 20, frameTimeoutMs: 120000 }';

describe('a device that stands still and goes on', () => {
  let cluster: ProcessCluster;
  let whole: Schemas['Frame'];
  beforeAll(async () => {
    cluster = await startProcessCluster(YOLO);
    whole = await submit(cluster.client, samplePhoto('sample4.jpg'), { source: 'e0' });
    expect(whole.state).toBe('complete');
  }, 120_000);
  afterAll(() => cluster?.stop());

  const getFrame = async (frame: string) => (await cluster.client.call('getFrame', { path: { frame } })).json!;

  /** Stops a device in the middle of a frame, of which it has computed a tile; null when the frame was quicker. */
  async function stopMidway(slow: string): Promise<string | null> {
    const { id } = await submit(cluster.client, samplePhoto('sample4.jpg'), { source: 'e0', wait: 0 });
    await waitUntil(async () => {
      const { endedAt, tiles } = await getFrame(id);
      return endedAt !== null || (tiles.byDevice[slow] ?? 0) >= 1;
    }, 30_000);
    cluster.process(slow).kill('SIGSTOP');
    return (await getFrame(id)).endedAt === null ? id : null;
  }

  async function hasLostLease(frame: string, slow: string): Promise<boolean> {
    const { tiles } = (await cluster.client.call('getFrameTrace', { path: { frame } })).json!;
    return tiles.some(({ history }) => history.some(({ event, device }) => event === 'expired' && device === slow));
  }

  async function expectExactly(frame: string, slow: string): Promise<void> {
    const { client, config } = cluster;
    await waitUntil(async () => (await getFrame(frame)).endedAt !== null, 60_000);
    const ended = await getFrame(frame);
    expect(ended.failure).toBeNull();
    expect(ended.detections).toEqual(whole.detections);
    const untiled = await runUntiled(config, await frameInput(client, frame, 416));
    expect(relativeDifference(await frameOutputs(client, frame), untiled)).toBeLessThanOrEqual(TOLERANCE.f32);
    const { devices } = (await client.call('getCluster')).json!;
    expect(devices.find(({ device }) => device === slow)!.state).toBe('live');
  }

  /** What it had computed came late or comes now; it takes part again all the same. */
  async function expectTakenBack(slow: string): Promise<void> {
    await waitUntil(async () => {
      const again = await submit(cluster.client, samplePhoto('sample4.jpg'), { source: 'e0' });
      expect(again.detections).toEqual(whole.detections);
      return (again.tiles.byDevice[slow] ?? 0) > 0;
    }, 60_000);
  }

  test('a thief loses the lease of what it had, which others compute; it stays and takes part again', async () => {
    // It may have had nothing when it was stopped: the next frame is tried then.
    for (let round = 0; round < 10; round++) {
      const frame = await stopMidway('e1');
      if (frame !== null) await waitUntil(async () => (await getFrame(frame)).endedAt !== null, 60_000);
      const expired = frame !== null && (await hasLostLease(frame, 'e1'));
      if (expired) await expectExactly(frame, 'e1');
      cluster.process('e1').kill('SIGCONT');
      await expectTakenBack('e1');
      if (expired) return;
    }
    throw new Error('e1 lost no lease in ten frames');
  }, 180_000);

  test('a source goes on with its frame', async () => {
    for (let round = 0; round < 10; round++) {
      const frame = await stopMidway('e0');
      // Nobody says that it is gone: what is in its queue waits for it, as long as it is not lost.
      await sleep(frame === null ? 0 : 1_000);
      cluster.process('e0').kill('SIGCONT');
      if (frame === null) continue;
      await expectExactly(frame, 'e0');
      await expectTakenBack('e0');
      return;
    }
    throw new Error('e0 was stopped in the middle of none of ten frames');
  }, 180_000);
});
