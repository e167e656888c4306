import { afterAll, beforeAll, expect, it } from 'vitest';
import { startGateway } from '../../server/gateway/gateway-node.js';
import type { RunningNode } from '../../server/node/running-node.js';
import { ask } from '../node/ask.js';
import { SMALL, smallPicture } from '../node/small-cluster.js';
import { ANY_PORT, silent, testConfig } from '../support/test-cluster.js';
import { FakeDevice, registration } from './fake-device.js';

const PATIENT =
  'limits: { queuedFrames: 4 }\n' +
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

it('a client that floods leaves a place to a camera, and gets one back when a frame of its own ends', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) {
    const taken = await post();
    expect(taken.status).toBe(202);
    ids.push(taken.json().id);
  }
  const refused = await post();
  expect([refused.status, refused.json().code]).toEqual([429, 'DT_OVERLOADED']);
  expect(refused.json().detail).toMatch(/3 of the 3 queued frames are of this client 127\.0\.0\.1/);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);

  const camera = () =>
    ask(gateway.address, 'submitOwnFrame', { path: { device: 'e0' }, body: ['image/jpeg', picture] });
  expect((await camera()).status).toBe(202);
  expect((await camera()).json().detail).toMatch(/4 frames are queued, which is as many as may be/);

  for (const id of ids.slice(0, 2)) await ask(gateway.address, 'deleteFrame', { path: { frame: id } });
  expect((await post()).status).toBe(202);
});
