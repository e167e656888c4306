import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startGateway } from '../../server/gateway/gateway-node.js';
import type { RunningNode } from '../../server/node/running-node.js';
import { ask, refused } from '../node/ask.js';
import { SMALL, smallPicture } from '../node/small-cluster.js';
import { ANY_PORT, silent, testConfig, waitUntil } from '../support/test-cluster.js';
import { FakeDevice, registration } from './fake-device.js';

let gateway: RunningNode;
let device: FakeDevice;
let picture: Buffer;
beforeEach(async () => {
  const config = await testConfig(`${SMALL}\nlimits: { queuedFrames: 2 }`, 2, 'http://127.0.0.1:65535', [
    '',
    'source: false',
  ]);
  gateway = await startGateway({ config, token: null, log: silent, listen: ANY_PORT });
  device = await FakeDevice.start();
  picture = await smallPicture();
});
afterEach(async () => {
  await gateway.stop();
  await device.stop();
});

async function register(facts: object = {}): Promise<void> {
  const { plan, model } = (await ask(gateway.address, 'getCluster')).json();
  const same = { model: model.digest, plan: plan.digest, address: device.address };
  expect((await ask(gateway.address, 'register', { json: registration({ ...same, ...facts }) })).status).toBe(200);
}

const submit = (query: string, headers: Record<string, string> = {}) =>
  ask(gateway.address, 'submitFrame', { query, headers, body: ['image/jpeg', picture] });

async function waiting(): Promise<number> {
  const text = Buffer.from((await ask(gateway.address, 'getMetrics')).bytes).toString();
  return Number(/what="pictures that wait for a device",[^}]*\} (\d+)/.exec(text)?.[1]);
}

describe('a gateway is ready', () => {
  const ready = async () => (await ask(gateway.address, 'getReady')).status;

  it('when a device is there on which frames may start, and says what it waits for until then', async () => {
    const { detail } = await refused(gateway.address, 'getReady', {}, 503, 'DT_NOT_READY');
    expect(detail).toMatch(/no device .* is live/);
    await register({ device: 'e1' });
    expect(await ready(), 'e1 only steals').toBe(503);
    await register();
    expect(await ready()).toBe(200);
    await register({ number: 2, drain: 'draining' });
    expect(await ready()).toBe(503);
    await register({ number: 3 });
    expect(await ready()).toBe(200);
    await register({ number: 4, leaving: true });
    expect(await ready()).toBe(503);
  });

  it('not while it is drained', async () => {
    await register();
    await ask(gateway.address, 'drain');
    await refused(gateway.address, 'getReady', {}, 503, 'DT_DRAINING');
  });
});

describe('a picture for which no device is there', () => {
  it('is refused at once, with when to come back, unless it may wait', async () => {
    const reply = await submit('');
    expect([reply.status, reply.json().code, reply.headers['retry-after']]).toEqual([503, 'DT_NO_DEVICE', '2']);
  });

  it('waits for one, within its time', async () => {
    const answer = submit('wait=1');
    await waitUntil(async () => (await waiting()) === 1);
    await register();
    expect((await answer).status).toBe(202);
    await waitUntil(() => device.asked.some((request) => request.startsWith('PUT /frames/')));
    expect(await waiting()).toBe(0);
  });

  it('waits for the one that it names', async () => {
    await register({ device: 'e1' });
    const answer = submit('wait=1&source=e0');
    await waitUntil(async () => (await waiting()) === 1);
    await register();
    expect((await answer).json().source).toBe('e0');
    await refused(
      gateway.address,
      'submitFrame',
      { query: 'wait=9&source=e1', body: ['image/jpeg', picture] },
      422,
      'DT_DEVICE_NO_SOURCE',
    );
  });

  it('is refused when none has come in its time', async () => {
    const reply = await submit('wait=0.2');
    expect([reply.status, reply.json().code]).toEqual([503, 'DT_NO_DEVICE']);
    expect((await ask(gateway.address, 'getCluster')).json().frames.open).toBe(0);
  });

  it('is checked before it waits', async () => {
    const broken = { query: 'wait=60', body: ['image/jpeg', picture.subarray(0, 200)] } as const;
    expect((await ask(gateway.address, 'submitFrame', broken)).status).toBe(422);
    const text = { query: 'wait=60', body: ['image/jpeg', Buffer.from('hello')] } as const;
    expect((await ask(gateway.address, 'submitFrame', text)).status).toBe(415);
  });

  it('has a place in the queue while it waits, which its client frees by hanging up', async () => {
    const stop = new AbortController();
    const url = `${gateway.address}/frames?wait=60`;
    const headers = { 'content-type': 'image/jpeg' };
    const held = [0, 1].map(() => fetch(url, { method: 'POST', body: picture, headers, signal: stop.signal }));
    await waitUntil(async () => (await waiting()) === 2);
    expect((await submit('wait=60')).status).toBe(429);
    stop.abort();
    await Promise.allSettled(held);
    await waitUntil(async () => (await waiting()) === 0);
    expect((await submit('wait=0.01')).status).toBe(503);
  });

  it('is refused when the gateway is drained meanwhile', async () => {
    const answer = submit('wait=60');
    await waitUntil(async () => (await waiting()) === 1);
    await ask(gateway.address, 'drain');
    expect((await answer).json().code).toBe('DT_DRAINING');
  });

  it('is one frame where it is sent twice under one name, also when the first client hung up', async () => {
    const stop = new AbortController();
    const headers = { 'content-type': 'image/jpeg', 'idempotency-key': 'k1' };
    const first = fetch(`${gateway.address}/frames?wait=60`, {
      method: 'POST',
      body: picture,
      headers,
      signal: stop.signal,
    });
    await waitUntil(async () => (await waiting()) === 1);
    const second = submit('wait=1', { 'idempotency-key': 'k1' });
    stop.abort();
    await first.catch(() => {});
    await waitUntil(async () => (await waiting()) === 1);
    await register();
    expect((await second).status).toBe(202);
    expect((await ask(gateway.address, 'getCluster')).json().frames.open).toBe(1);
  });
});
