import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startGateway } from '../../server/gateway/gateway-node.js';
import type { RunningNode } from '../../server/node/running-node.js';
import { ask, askPath } from '../node/ask.js';
import { EventReader } from '../node/event-reader.js';
import { SMALL, smallPicture } from '../node/small-cluster.js';
import { ANY_PORT, silent, testConfig, waitUntil } from '../support/test-cluster.js';
import { FakeDevice, registration } from './fake-device.js';

let gateway: RunningNode;
let good: FakeDevice;
let broken: Server;
let brokenAsked: number;
beforeEach(async () => {
  const patient = 'schedule: { heartbeat: { intervalMs: 30000, lostAfterMs: 60000 }, lease: { waitingMs: 60000 } }';
  const config = await testConfig(`${SMALL}\n${patient}`, 2, 'http://127.0.0.1:65535');
  gateway = await startGateway({ config, token: null, log: silent, listen: ANY_PORT });
  good = await FakeDevice.start();
  brokenAsked = 0;
  // It registers, and resets whatever comes to it.
  broken = createServer((request) => {
    // Whether it is reached at all is asked when it registers.
    if (request.url !== '/cluster') brokenAsked++;
    request.socket.resetAndDestroy();
  }).listen(0, '127.0.0.1');
  await once(broken, 'listening');
  const { plan, model } = (await ask(gateway.address, 'getCluster')).json();
  const facts = { model: model.digest, plan: plan.digest };
  const brokenAddress = `http://127.0.0.1:${(broken.address() as AddressInfo).port}`;
  await ask(gateway.address, 'register', { json: registration({ ...facts, device: 'e0', address: brokenAddress }) });
  await ask(gateway.address, 'register', { json: registration({ ...facts, device: 'e1', address: good.address }) });
});
afterEach(async () => {
  await gateway.stop();
  await good.stop();
  broken.closeAllConnections();
  await once(broken.close(), 'close');
});

it('a device that registers and cannot be reached is suspended, which is told; its frame goes to another', async () => {
  const events = await EventReader.open(gateway.address);
  const picture = await smallPicture();
  await ask(gateway.address, 'submitFrame', { query: 'source=e0', body: ['image/jpeg', picture] });
  await waitUntil(() => good.asked.some((request) => request.startsWith('PUT /frames/')));
  expect(brokenAsked).toBe(3);
  await ask(gateway.address, 'submitFrame', { query: 'source=e0', body: ['image/jpeg', picture] });
  await waitUntil(() => good.asked.filter((asked) => asked.startsWith('PUT /frames/')).length === 2);
  const told = await events.until(({ event }) => event === 'problem');
  expect(told.at(-1)!.data).toMatchObject({ code: 'DT_PEER_SUSPENDED', detail: expect.stringContaining('device e0') });
  const metrics = Buffer.from((await askPath(gateway.address, 'GET', '/metrics')).bytes).toString();
  expect(metrics).toMatch(
    /deepthings_peer_suspensions_total\{peer="http:\/\/127\.0\.0\.1:\d+",calls="work",.*\} [1-9]/,
  );
  events.close();
});
