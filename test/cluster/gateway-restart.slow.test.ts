import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import type { DeepThingsClient, Schemas } from '../../client/client.js';
import { frameInput, frameOutputs } from '../../server/evaluation/measure/frame-tensors.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { startUntiled, type Untiled } from '../../server/evaluation/measure/untiled.js';
import { runCli } from '../cli/running-cli.js';
import { samplePhoto, submit } from '../support/frames.js';
import { freePorts, type ProcessCluster, startProcessCluster } from '../support/process-cluster.js';
import { waitUntil } from '../support/test-cluster.js';

/** Patient with devices, which a busy machine makes slow: what is lost with the gateway is seen by their heartbeats. */
const SCHEDULE =
  'schedule:\n  heartbeat: { intervalMs: 200, lostAfterMs: 5000 }\n' +
  '  lease: { floorMs: 30000, waitingMs: 60000 }\n  drain: { timeoutMs: 200 }';
const FACES =
  'model: { name: face-detector, width: 608, height: 608 }\n' +
  'partition: { grid: 5x5 }\n' +
  `${SCHEDULE}\nlimits: { keptOutputs: 100, framesPerSource: 1, queuedFrames: 100 }`;
const STRATEGIES = ['ftp-wst-s', 'ftp-wst', 'ftp-wsh', 'modnn'] as const;

let cluster: ProcessCluster;
let untiled: Untiled | undefined;
afterEach(async () => {
  await untiled?.close();
  untiled = undefined;
  await cluster?.stop();
});

async function restart(signal: NodeJS.Signals): Promise<void> {
  const old = cluster.process('gateway');
  old.kill(signal);
  await once(old, 'exit');
  cluster.start('gateway');
}

async function frameOf(id: string): Promise<Schemas['Frame']> {
  return (await cluster.client.call('getFrame', { path: { frame: id } })).json!;
}

/** Whether the gateway answers again; it is ready only once a device is there. */
async function isUp(): Promise<boolean> {
  return cluster.client.call('getLive').then(
    () => true,
    () => false,
  );
}

/** Resolves with the frame once it has ended, whatever becomes of the gateway meanwhile. */
async function ended(id: string, timeoutMs = 90_000): Promise<Schemas['Frame']> {
  await waitUntil(async () => (await frameOf(id).catch(() => null))?.endedAt != null, timeoutMs);
  return frameOf(id);
}

/** Submits frames until one is being computed while others wait: looked for again and again, since a quick cluster's frames are short. */
async function fillUp(client: DeepThingsClient): Promise<Schemas['Frame'][]> {
  const accepted: Schemas['Frame'][] = [];
  for (let round = 1; round <= 6; round++) {
    const photos = STRATEGIES.flatMap((strategy) =>
      [1, 2, 3].map((sample) => submit(client, samplePhoto(`sample${sample}.jpg`), { wait: 0, strategy })),
    );
    accepted.push(...(await Promise.all(photos)));
    for (;;) {
      const { frames } = (await client.call('listFrames', { query: { limit: 100 } })).json!;
      if (!frames.some(({ state }) => state === 'queued')) break;
      if (frames.some(({ state, tiles }) => state === 'running' && tiles.done > 0)) return accepted;
    }
  }
  throw new Error('no frame was seen running while others waited');
}

describe('a gateway that is killed', () => {
  test('goes on with every frame that was under way, by any strategy, and its results are the untiled ones', {
    timeout: 180_000,
  }, async () => {
    cluster = await startProcessCluster(FACES);
    const { client, config } = cluster;
    const accepted = await fillUp(client);
    await restart('SIGKILL');
    const frames = await Promise.all(accepted.map(({ id }) => ended(id)));
    expect(frames.map(({ failure }) => failure)).toEqual(frames.map(() => null));
    untiled = await startUntiled(config);
    for (const { id } of frames) {
      const input = await frameInput(client, id, 608);
      const whole = (await untiled.run(input)).outputs;
      // Those that had ended before have no output in the new process.
      const merged = await frameOutputs(client, id).catch(() => null);
      if (merged !== null) expect(relativeDifference(merged, whole), id).toBeLessThanOrEqual(TOLERANCE.f32);
    }
    const after = await submit(client, samplePhoto('sample1.jpg'));
    expect(accepted.map(({ id }) => id)).not.toContain(after.id);
    const { frames: listed } = (await client.call('listFrames', { query: { limit: 100 } })).json!;
    const idsOf = (all: readonly Schemas['Frame'][]) => all.map(({ id }) => id).sort();
    expect(listed[0]!.id).toBe(after.id);
    expect(idsOf(listed)).toEqual(idsOf([after, ...accepted]));
  });

  test('has its history, and gives a submission that is repeated the same frame', { timeout: 120_000 }, async () => {
    cluster = await startProcessCluster(`model: { name: face-detector }\n${SCHEDULE}`);
    const { client } = cluster;
    const photo = samplePhoto('sample1.jpg');
    const body = { mediaType: 'image/jpeg', bytes: photo };
    const header = { 'idempotency-key': 'a-name' };
    const first = (await client.call('submitFrame', { query: { wait: 60 }, header, body, timeoutMs: 70_000 })).json!;
    const path = { frame: first.id };
    const trace = (await client.call('getFrameTrace', { path })).json!;
    const gone = await submit(client, photo);
    await client.call('deleteFrame', { path: { frame: gone.id } });

    await restart('SIGKILL');
    await waitUntil(isUp, 30_000);

    expect((await client.call('listFrames')).json!.frames).toEqual([first]);
    expect((await client.call('getFrameTrace', { path })).json).toEqual(trace);
    expect(Buffer.from((await client.call('getFrameImage', { path })).bytes).equals(photo)).toBe(true);
    expect((await client.call('getFrameAnnotated', { path })).mediaType).toBe('image/jpeg');
    const again = await client.call('submitFrame', { query: { wait: 60 }, header, body, timeoutMs: 70_000 });
    expect(again.json).toEqual(first);
    expect(again.header('idempotency-replayed')).toBe('true');
    const other = { mediaType: 'image/jpeg', bytes: samplePhoto('sample2.jpg') };
    await expect(client.call('submitFrame', { header, body: other })).rejects.toMatchObject({
      status: 422,
      code: 'DT_IDEMPOTENCY_MISMATCH',
    });
  });

  test('again and again with the same frame open fails that frame, and says why', { timeout: 120_000 }, async () => {
    // Tiles that take longer than the gateway is left alone.
    cluster = await startProcessCluster(FACES, 1);
    const { client } = cluster;
    cluster.process('e0').kill('SIGSTOP');
    const { id } = await submit(client, samplePhoto('sample1.jpg'), { wait: 0 });
    for (let kills = 1; kills <= 4; kills++) {
      await restart('SIGKILL');
      await waitUntil(isUp, 30_000);
    }
    const frame = await ended(id, 10_000);
    expect(frame).toMatchObject({ state: 'failed', failure: { code: 'DT_GATEWAY_CRASHES' } });
    expect(frame.failure!.detail).toMatch(/ended 4 times/);
    cluster.process('e0').kill('SIGCONT');
    await waitUntil(async () => (await client.call('getCluster')).json!.devices[0]!.state === 'live', 30_000);
    expect((await submit(client, samplePhoto('sample1.jpg'))).state).toBe('complete');
  });
});

describe('a gateway that is stopped', () => {
  test('goes on when it is started again, however often', { timeout: 120_000 }, async () => {
    cluster = await startProcessCluster(FACES, 1);
    const { client } = cluster;
    cluster.process('e0').kill('SIGSTOP');
    const { id } = await submit(client, samplePhoto('sample1.jpg'), { wait: 0 });
    for (let times = 1; times <= 5; times++) {
      await restart('SIGTERM');
      await waitUntil(isUp, 30_000);
    }
    cluster.process('e0').kill('SIGCONT');
    expect(await ended(id)).toMatchObject({ state: 'complete' });
  });

  test('leaves no second one in, and no picture where none is to be kept', { timeout: 90_000 }, async () => {
    const store = 'store: { path: store, keepPictures: false }';
    cluster = await startProcessCluster(`model: { name: face-detector }\n${store}\n${SCHEDULE}`);
    const { client, file } = cluster;
    const frame = await submit(client, samplePhoto('sample1.jpg'));
    const path = { frame: frame.id };
    expect(frame.picture.kept).toBe(false);
    await Promise.all(
      (['getFrameImage', 'getFrameAnnotated'] as const).map((operation) =>
        expect(client.call(operation, { path })).rejects.toMatchObject({ status: 410, code: 'DT_PICTURE_NOT_KEPT' }),
      ),
    );
    const [port] = await freePorts(1);
    const second = await runCli(['gateway', '-c', file, '--listen', `127.0.0.1:${port}`]);
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/process \d+ has the store in .*store\.path/);
    await restart('SIGTERM');
    await waitUntil(isUp, 30_000);
    expect((await frameOf(frame.id)).detections).toEqual(frame.detections);
  });
});
