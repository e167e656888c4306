import { afterAll, beforeAll, expect, it } from 'vitest';
import { startGateway } from '../../server/gateway/gateway-node.js';
import type { RunningNode } from '../../server/node/running-node.js';
import { temporaryFolder } from '../cli/running-cli.js';
import { ask } from '../node/ask.js';
import { SMALL, smallPicture } from '../node/small-cluster.js';
import { ANY_PORT, silent, testConfig } from '../support/test-cluster.js';
import { FakeDevice, registration } from './fake-device.js';

/** The device begins one frame and computes nothing: all others wait. */
const PATIENT =
  'limits: { queuedFrames: 4, framesPerSource: 1 }\n' +
  'schedule: { heartbeat: { intervalMs: 30000, lostAfterMs: 60000 }, lease: { waitingMs: 60000 } }';

let gateway: RunningNode;
let device: FakeDevice;
let picture: Buffer;

beforeAll(async () => {
  const config = await testConfig(`${SMALL}\n${PATIENT}`, 1, 'http://127.0.0.1:65535');
  gateway = await startGateway({ config, token: null, log: silent, listen: ANY_PORT });
  device = await FakeDevice.start();
  picture = await smallPicture();
  const { model, plan } = (await ask(gateway.address, 'getCluster')).json();
  const json = registration({ address: device.address, model: model.digest, plan: plan.digest });
  expect((await ask(gateway.address, 'register', { json })).status).toBe(200);
});
afterAll(async () => {
  await gateway?.stop();
  await device?.stop();
});

const post = (query = '') => ask(gateway.address, 'submitFrame', { query, body: ['image/jpeg', picture] });
const frame = async (id: string) => (await ask(gateway.address, 'getFrame', { path: { frame: id } })).json();

async function submit(query: string): Promise<string> {
  const answer = await post(query);
  expect(answer.status).toBe(202);
  return answer.json().id;
}

it('drops the older frames of a camera that wait, without 429 for it, and says so', async () => {
  const begun = await submit('camera=door');
  const waiting = post('camera=door&wait=20');
  await expect.poll(async () => (await ask(gateway.address, 'getCluster')).json().frames.open).toBe(2);
  const kept = await submit('camera=yard&queue=all');
  // Every place of this client is taken, and a newer frame of the camera takes that of the older one.
  expect((await post('camera=yard&queue=all')).json().code).toBe('DT_OVERLOADED');
  const newest = await submit('camera=door');
  const answer = await waiting;
  expect([answer.status, answer.json().code]).toEqual([409, 'DT_FRAME_SUPERSEDED']);
  expect(answer.json().detail).toContain(`dropped: frame ${newest} of the same camera`);

  const { frames } = (await ask(gateway.address, 'listFrames', { query: 'state=dropped' })).json();
  expect(frames).toHaveLength(1);
  const [dropped] = frames;
  expect(dropped).toMatchObject({ camera: 'door', state: 'dropped', failure: { code: 'DT_FRAME_SUPERSEDED' } });
  expect(dropped).toMatchObject({ picture: { kept: false }, detections: null });
  const trace = (await ask(gateway.address, 'getFrameTrace', { path: { frame: dropped.id } })).json();
  expect(trace.droppedFor).toBe(newest);
  const image = await ask(gateway.address, 'getFrameImage', { path: { frame: dropped.id } });
  expect([image.status, image.json().code]).toEqual([410, 'DT_PICTURE_NOT_KEPT']);

  const counts = (await ask(gateway.address, 'getCluster')).json().frames;
  expect(counts).toEqual({ open: 3, complete: 0, failed: 0, dropped: 1 });
  const states = await Promise.all([begun, kept, newest].map(async (id) => (await frame(id)).state));
  expect(states).not.toContain('dropped');
  const metrics = Buffer.from((await ask(gateway.address, 'getMetrics')).bytes).toString();
  expect(metrics).toMatch(/deepthings_frames_dropped_total\{[^}]*\} 1\n/);
  expect(metrics).not.toMatch(/deepthings_frame_seconds_count\{[^}]*dropped/);
});

it('knows after a restart which frames are to be dropped for newer ones', async () => {
  const store = `store: { path: ${temporaryFolder()} }`;
  const config = await testConfig(
    `${SMALL}\n${PATIENT.replace('intervalMs: 30000', 'intervalMs: 500')}\n${store}`,
    1,
    'http://127.0.0.1:65535',
  );
  const start = async () => {
    const life = await startGateway({ config, token: null, log: silent, listen: ANY_PORT });
    const { model, plan } = (await ask(life.address, 'getCluster')).json();
    const json = registration({ address: device.address, model: model.digest, plan: plan.digest });
    expect((await ask(life.address, 'register', { json })).status).toBe(200);
    return life;
  };
  const send = async ({ address }: RunningNode) => {
    return (await ask(address, 'submitFrame', { query: 'camera=door', body: ['image/jpeg', picture] })).json();
  };
  const first = await start();
  await send(first);
  const { id } = await send(first);
  await first.stop();
  const next = await start();
  try {
    const look = async () => (await ask(next.address, 'getFrame', { path: { frame: id } })).json();
    expect(await look()).toMatchObject({ state: 'queued', camera: 'door' });
    // Devices have a moment to say that they have it.
    const sentAndLooked = async () => {
      await send(next);
      return (await look()).state;
    };
    await expect.poll(sentAndLooked, { timeout: 10_000 }).toBe('dropped');
  } finally {
    await next.stop();
  }
});

it('refuses a picture that waits for a device when a newer one of its camera comes', async () => {
  const config = await testConfig(SMALL, 1, 'http://127.0.0.1:65535');
  const lonely = await startGateway({ config, token: null, log: silent, listen: ANY_PORT });
  try {
    const send = (camera: string, wait: number) => {
      const query = `camera=${camera}&source=e0&wait=${wait}`;
      return ask(lonely.address, 'submitFrame', { query, body: ['image/jpeg', picture] });
    };
    const first = send('door', 30);
    const yard = send('yard', 2);
    const waiting = async () => Buffer.from((await ask(lonely.address, 'getMetrics')).bytes).toString();
    await expect.poll(waiting).toMatch(/deepthings_held\{what="pictures that wait for a device"[^}]*\} 2\n/);
    const second = send('door', 1);
    const answers = await Promise.all([first, yard, second]);
    expect(answers.map(({ status }) => status)).toEqual([409, 503, 503]);
    expect(answers[0]!.json()).toMatchObject({
      code: 'DT_FRAME_SUPERSEDED',
      detail: expect.stringContaining('camera door'),
    });
    expect(await waiting()).toMatch(/deepthings_frames_dropped_total\{[^}]*\} 1\n/);
  } finally {
    await lonely.stop();
  }
});

it('wants to know the camera whose newest frame counts', async () => {
  const answer = await post('queue=latest');
  expect([answer.status, answer.json().code]).toEqual([400, 'DT_REQUEST']);
  expect((await post('camera=a%20b')).status).toBe(400);
});
