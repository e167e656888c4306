import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Schemas } from '../../client/client.js';
import { startEdge } from '../../server/edge/edge-node.js';
import { startGateway } from '../../server/gateway/gateway-node.js';
import type { RunningNode } from '../../server/node/running-node.js';
import { PROTOCOL_VERSION } from '../../server/node/wire/plan-digest.js';
import type { WirePlan } from '../../server/node/wire/task-body.js';
import { ask, refused } from '../node/ask.js';
import { keptLog } from '../node/log-lines.js';
import { resultBody, SMALL, SMALL_TILES, smallPicture, wirePlanOf } from '../node/small-cluster.js';
import { ANY_PORT, testConfig, waitUntil } from '../support/test-cluster.js';
import { FakeDevice, registration } from './fake-device.js';

/** Nothing is lost or handed on while a test lasts. */
const PATIENT =
  'limits: { queuedFrames: 1 }\n' +
  'schedule: { heartbeat: { intervalMs: 30000, lostAfterMs: 60000 }, lease: { waitingMs: 60000 } }';
const { log, lines } = keptLog();

let gateway: RunningNode;
let wirePlan: WirePlan;
let device: FakeDevice;
let good: Partial<Schemas['DeviceRegistration']>;
let picture: Buffer;

beforeAll(async () => {
  const written = await testConfig(`${SMALL}\n${PATIENT}`, 2, 'http://127.0.0.1:65535');
  const config = { ...written, devices: written.devices.map((node) => ({ ...node, source: node.id === 'e0' })) };
  gateway = await startGateway({ config, token: null, log, listen: ANY_PORT });
  device = await FakeDevice.start();
  const { plan, model } = await clusterState();
  wirePlan = await wirePlanOf(config, plan.digest);
  good = { address: device.address, model: model.digest, plan: plan.digest };
  picture = await smallPicture();
});
afterAll(async () => {
  await gateway?.stop();
  await device?.stop();
});

async function clusterState(): Promise<Schemas['ClusterState']> {
  return (await ask(gateway.address, 'getCluster')).json();
}

async function deviceState(id = 'e0') {
  return (await clusterState()).devices.find(({ device }) => device === id)!;
}

function expectNotTaken(query: string, status: number, code: string) {
  return refused(gateway.address, 'submitFrame', { query, body: ['image/jpeg', picture] }, status, code);
}

describe('without a device', () => {
  it('no frame is taken, and the client is told when to come back', async () => {
    const reply = await ask(gateway.address, 'submitFrame', { body: ['image/jpeg', picture] });
    expect([reply.status, reply.json().code]).toEqual([503, 'DT_NO_DEVICE']);
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
    await expectNotTaken('source=e0', 503, 'DT_SOURCE_NOT_LIVE');
    await expectNotTaken('source=e1', 422, 'DT_DEVICE_NO_SOURCE');
    await expectNotTaken('source=e9', 422, 'DT_DEVICE_UNKNOWN');
    await expectNotTaken('frame=zz-1', 400, 'DT_REQUEST');
    expect((await clusterState()).frames.open).toBe(0);
  });
});

describe('a device that does not fit', () => {
  let number = 0;

  it.each([
    ['another model', { model: 'sha256:0123456789abcdef' }, 'DT_MODEL_MISMATCH', /another model.*0123456789ab/],
    ['another plan', { plan: 'sha256:fedcba' }, 'DT_PLAN_MISMATCH', /another plan.*fedcba/],
    ['another protocol', { protocol: PROTOCOL_VERSION + 1 }, 'DT_PROTOCOL_MISMATCH', /protocol \d+, the gateway \d+/],
    ['an address on another host', { address: 'http://192.0.2.1:8081' }, 'DT_ADDRESS_UNDECLARED', /192\.0\.2\.1/],
    ['an address that is none', { address: 'http://[::1' }, 'DT_ADDRESS_UNDECLARED', /\[::1/],
    ['a port that is none', { address: 'http://127.0.0.1:99999' }, 'DT_ADDRESS_UNDECLARED', /99999/],
  ])('is refused, and shown so: %s', async (_name, facts, code, says) => {
    number++;
    const json = registration({ ...good, device: 'e1', number, ...facts });
    const problem = await refused(gateway.address, 'register', { json }, 409, code);
    expect(problem.detail).toMatch(says);
    expect(await deviceState('e1')).toMatchObject({ state: 'refused', problem: problem.detail });
  });

  it('is refused without a trace when nobody declared it', async () => {
    const json = registration({ ...good, device: 'e9' });
    await refused(gateway.address, 'register', { json }, 409, 'DT_DEVICE_UNKNOWN');
    expect((await clusterState()).devices.map(({ device }) => device)).toEqual(['e0', 'e1']);
  });

  it('is taken when it fits again', async () => {
    const json = registration({ ...good, device: 'e1', startedAt: 2_000 });
    expect((await ask(gateway.address, 'register', { json })).status).toBe(200);
    expect(await deviceState('e1')).toMatchObject({ state: 'live', problem: null });
    const leaving = registration({ ...good, device: 'e1', startedAt: 2_000, number: 2, leaving: true });
    await ask(gateway.address, 'register', { json: leaving });
    expect((await deviceState('e1')).state).toBe('left');
  });

  it('says so in its own log as in the gateway’s: a real one, started with another grid', async () => {
    const own = keptLog();
    const config = await testConfig(SMALL.replace('2x2', '2x3'), 2, gateway.address);
    const edge = await startEdge({ config, device: 'e1', token: null, log: own.log, listen: ANY_PORT });
    try {
      await waitUntil(async () => (await deviceState('e1')).state === 'refused');
      const errors = (kept: typeof lines) => kept.filter(({ level }) => level >= 50).map(({ msg }) => msg);
      expect(errors(lines).at(-1)).toMatch(/device refused: e1 follows another plan/);
      await waitUntil(() => errors(own.lines).length > 0);
      expect(errors(own.lines)[0]).toMatch(/the gateway refuses this device: e1 follows another plan/);
      const ready = await ask(edge.address, 'getReady');
      expect(ready.status).toBe(503);
      expect(ready.json().detail).toMatch(/another plan/);
      expect((await ask(edge.address, 'getCluster')).json().devices[0].problem).toMatch(/another plan/);
    } finally {
      await edge.stop();
    }
  });
});

describe('a device that fits', () => {
  it('is not pushed out by a stranger under its name', async () => {
    expect((await ask(gateway.address, 'register', { json: registration(good) })).status).toBe(200);
    const stranger = registration({ ...good, startedAt: 9_000, plan: 'another' });
    await refused(gateway.address, 'register', { json: stranger }, 409, 'DT_PLAN_MISMATCH');
    expect((await deviceState()).state).toBe('live');
    const earlier = registration({ ...good, startedAt: 500, plan: 'another' });
    await refused(gateway.address, 'register', { json: earlier }, 409, 'DT_PLAN_MISMATCH');
    expect((await ask(gateway.address, 'register', { json: registration({ ...good, number: 2 }) })).status).toBe(200);
  });

  it('is named to thieves while it has tasks, never to itself, and to nobody who is not declared', async () => {
    await ask(gateway.address, 'register', { json: registration({ ...good, number: 3, pending: 1 }) });
    const steal = (thief: string, waitMs = 0) =>
      ask(gateway.address, 'stealTask', { json: { thief, sequence: 1, waitMs } });
    expect((await steal('e0')).status).toBe(204);
    expect((await steal('e1')).json()).toEqual({ victim: { device: 'e0', address: device.address } });
    expect((await steal('e1', 20)).status).toBe(204);
    const json = { thief: 'e9', sequence: 1 };
    await refused(gateway.address, 'stealTask', { json }, 409, 'DT_DEVICE_UNKNOWN');
  });
});

describe('with as many frames as may be queued', () => {
  let frame: Schemas['Frame'];
  const post = (facts: object) =>
    ask(gateway.address, 'postResult', { body: ['application/octet-stream', resultBody(wirePlan, facts)] });

  it('one more is refused, and the client is told when to come back', async () => {
    const accepted = await ask(gateway.address, 'submitFrame', { body: ['image/jpeg', picture] });
    expect(accepted.status).toBe(202);
    frame = accepted.json();
    const reply = await ask(gateway.address, 'submitFrame', { query: 'wait=5', body: ['image/jpeg', picture] });
    expect([reply.status, reply.json().code]).toEqual([429, 'DT_OVERLOADED']);
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
    expect((await clusterState()).frames.open).toBe(1);
    expect((await ask(gateway.address, 'listFrames')).json().frames).toHaveLength(1);
  });

  it('what is wrong with a result of the open frame leaves the frame as it is', async () => {
    const before = (await ask(gateway.address, 'getFrameTrace', { path: { frame: frame.id } })).json();
    const body = resultBody(wirePlan, { frame: frame.id, inputDigest: frame.inputDigest! });
    const cut = { body: ['application/octet-stream', body.subarray(0, -4)] } as const;
    await refused(gateway.address, 'postResult', cut, 422, 'DT_TENSOR_BODY');
    expect((await post({ frame: frame.id })).json().status).toBe('stale');
    await ask(gateway.address, 'postResult', { body: ['application/octet-stream', 'x'] });
    const after = (await ask(gateway.address, 'getFrameTrace', { path: { frame: frame.id } })).json();
    expect(after.tiles).toEqual(before.tiles);
    expect(after.tiles.every(({ state }: { state: string }) => state !== 'done')).toBe(true);
  });

  it('a result counts once, and with the last one there is room again', async () => {
    const facts = { frame: frame.id, inputDigest: frame.inputDigest! };
    expect((await post(facts)).json().status).toBe('accepted');
    expect((await post(facts)).json().status).toBe('duplicate');
    for (let tile = 1; tile < SMALL_TILES; tile++) {
      expect((await post({ ...facts, tile })).json().status).toBe('accepted');
    }
    await waitUntil(async () => (await clusterState()).frames.open === 0);
    expect((await ask(gateway.address, 'getFrame', { path: { frame: frame.id } })).json().state).toBe('complete');
    expect((await post(facts)).json().status).toBe('stale');
    await waitUntil(() => device.asked.includes('POST /results'));
  });

  it('who waits for a frame that somebody deletes is told so', async () => {
    const waiting = expectNotTaken('wait=30', 500, 'DT_FRAME_DELETED');
    await waitUntil(async () => (await clusterState()).frames.open === 1);
    const [{ id }] = (await ask(gateway.address, 'listFrames', { query: 'limit=1' })).json().frames;
    expect((await ask(gateway.address, 'deleteFrame', { path: { frame: id } })).status).toBe(204);
    await waiting;
    await refused(gateway.address, 'getFrame', { path: { frame: id } }, 404, 'DT_FRAME_UNKNOWN');
    expect((await clusterState()).frames).toEqual({ open: 0, complete: 1, failed: 1, dropped: 0 });
  });

  it('a picture that has not ended cannot be looked at with boxes', async () => {
    const { id } = (await ask(gateway.address, 'submitFrame', { body: ['image/jpeg', picture] })).json();
    await refused(gateway.address, 'getFrameAnnotated', { path: { frame: id } }, 409, 'DT_FRAME_NOT_COMPLETE');
    await refused(gateway.address, 'getFrameOutput', { path: { frame: id } }, 404, 'DT_OUTPUT_NOT_KEPT');
  });
});
