import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Schemas } from '../../client/client.js';
import { ProblemError } from '../../client/problem-error.js';
import { frameInput, frameOutputs } from '../../server/evaluation/measure/frame-tensors.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { runUntiled } from '../../server/evaluation/measure/untiled.js';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster, waitUntil } from '../support/test-cluster.js';

const FRAMES = 4;
const YAML =
  'model: { name: face-detector }\npartition: { grid: 4x4, fusedDepth: 8 }\n' +
  'schedule: { heartbeat: { intervalMs: 200, lostAfterMs: 60000 }, lease: { floorMs: 60000, waitingMs: 60000 } }\n' +
  `limits: { keptOutputs: ${FRAMES} }`;
const PICTURE = samplePhoto('sample3.jpg');

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startTestCluster({ yaml: YAML });
});
afterAll(() => cluster?.stop());

async function stateOf(device: string): Promise<string> {
  const { devices } = (await cluster.client.call('getCluster')).json!;
  return devices.find((one) => one.device === device)!.state;
}

const becomes = (device: string, state: string) => waitUntil(async () => (await stateOf(device)) === state, 30_000);

async function problemOf(call: Promise<unknown>): Promise<{ status: number; code: string; retry: boolean }> {
  const error = await call.then(
    () => null,
    (cause: unknown) => cause,
  );
  if (!(error instanceof ProblemError)) throw new Error(`expected a problem, got ${String(error)}`);
  return { status: error.status, code: error.code, retry: error.retryAfterSeconds !== null };
}

const picture = { body: { mediaType: 'image/jpeg', bytes: PICTURE } };

/** What the gateway noted of every tile of a frame, without its times. */
async function notesOf(frame: string): Promise<readonly string[]> {
  const { tiles } = (await cluster.client.call('getFrameTrace', { path: { frame } })).json!;
  return tiles.flatMap(({ history }) => history.map(({ event }) => event));
}

describe('a device that is drained through the gateway', () => {
  test('takes no part in anything, stays up, and works again when it is resumed', async () => {
    const { client } = cluster;
    const answer = await client.call('drainDevice', { path: { device: 'e1' } });
    expect(answer.status).toBe(202);
    await becomes('e1', 'drained');
    const itself = cluster.clientOf('e1');
    expect((await itself.call('getCluster')).json).toMatchObject({ drain: 'drained', devices: [{ state: 'drained' }] });
    expect(await problemOf(itself.call('getReady'))).toMatchObject({ status: 503 });
    expect(await problemOf(itself.call('submitFrame', picture))).toEqual({
      status: 503,
      code: 'DT_DRAINING',
      retry: true,
    });
    const forIt = submit(client, PICTURE, { source: 'e1', wait: 0 });
    expect(await problemOf(forIt)).toMatchObject({ code: 'DT_SOURCE_NOT_LIVE' });
    const frame = await submit(client, PICTURE);
    expect(frame.state).toBe('complete');
    expect(Object.keys(frame.tiles.byDevice)).not.toContain('e1');

    expect((await client.call('drainDevice', { path: { device: 'e1' } })).json).toEqual({ state: 'drained', left: 0 });
    expect((await client.call('resumeDevice', { path: { device: 'e1' } })).json).toMatchObject({ state: 'serving' });
    await becomes('e1', 'live');
    const own = await submit(itself, PICTURE);
    expect(own.state).toBe('complete');
    expect(own.source).toBe('e1');
  });

  test('has to be one of the cluster, and up', async () => {
    const { client } = cluster;
    expect(await problemOf(client.call('drainDevice', { path: { device: 'e9' } }))).toMatchObject({
      status: 404,
      code: 'DT_DEVICE_UNKNOWN',
    });
  });
});

describe('the source of frames is drained in the middle of them', () => {
  test.each(['ftp-wst-s', 'ftp-wst', 'ftp-wsh', 'modnn'] as const)('%s', { timeout: 60_000 }, async (strategy) => {
    const { client, config } = cluster;
    const open = Array.from({ length: FRAMES }, () => submit(client, PICTURE, { source: 'e0', wait: 0, strategy }));
    const ids = (await Promise.all(open)).map(({ id }) => id);
    await waitUntil(async () => (await client.call('getFrame', { path: { frame: ids[0]! } })).json!.state !== 'queued');
    await client.call('drainDevice', { path: { device: 'e0' } });
    const frames: Schemas['Frame'][] = [];
    for (const frame of ids) {
      await waitUntil(async () => (await client.call('getFrame', { path: { frame } })).json!.endedAt !== null, 60_000);
      frames.push((await client.call('getFrame', { path: { frame } })).json!);
    }
    await becomes('e0', 'drained');
    expect(frames.map(({ failure }) => failure)).toEqual(ids.map(() => null));
    const notes = (await Promise.all(ids.map(notesOf))).flat();
    expect(notes).not.toContain('expired');
    expect(notes).not.toContain('lost');
    const whole = await runUntiled(config, await frameInput(client, ids[0]!, 416));
    for (const id of ids) {
      expect(relativeDifference(await frameOutputs(client, id), whole)).toBeLessThanOrEqual(TOLERANCE.f32);
    }
    await client.call('resumeDevice', { path: { device: 'e0' } });
    await becomes('e0', 'live');
  });
});

test('frames wait while every device is drained, and go on when one is resumed', { timeout: 60_000 }, async () => {
  const { client } = cluster;
  const frame = await submit(client, PICTURE, { source: 'e2', wait: 0 });
  const devices = ['e0', 'e1', 'e2'];
  for (const device of devices) await client.call('drainDevice', { path: { device } });
  for (const device of devices) await becomes(device, 'drained');
  const path = { frame: frame.id };
  const before = (await client.call('getFrame', { path })).json!;
  if (before.endedAt === null) {
    expect(await problemOf(submit(client, PICTURE, { wait: 0 }))).toMatchObject({ code: 'DT_NO_DEVICE' });
  }
  await client.call('resumeDevice', { path: { device: 'e1' } });
  await waitUntil(async () => (await client.call('getFrame', { path })).json!.state === 'complete', 30_000);
  for (const device of devices) await client.call('resumeDevice', { path: { device } });
  for (const device of devices) await becomes(device, 'live');
});

test('a gateway that is drained takes no frame and ends those that are open', { timeout: 60_000 }, async () => {
  const { client } = cluster;
  const open = await submit(client, PICTURE, { wait: 0 });
  const answer = (await client.call('drain')).json!;
  expect(['draining', 'drained']).toContain(answer.state);
  expect(await problemOf(submit(client, PICTURE))).toEqual({ status: 503, code: 'DT_DRAINING', retry: true });
  expect(await problemOf(cluster.clientOf('e1').call('submitFrame', picture))).toMatchObject({ status: 503 });
  await waitUntil(async () => (await client.call('getCluster')).json!.drain === 'drained', 30_000);
  expect((await client.call('getFrame', { path: { frame: open.id } })).json!.state).toBe('complete');
  expect((await client.call('resume')).json).toEqual({ state: 'serving', left: 0 });
  expect((await submit(client, PICTURE)).state).toBe('complete');
});
