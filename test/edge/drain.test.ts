import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEdge } from '../../server/edge/edge-node.js';
import { pause } from '../../server/node/pause.js';
import type { RunningNode } from '../../server/node/running-node.js';
import { ask } from '../node/ask.js';
import { SMALL } from '../node/small-cluster.js';
import { ANY_PORT, silent, testConfig, waitUntil } from '../support/test-cluster.js';
import { FakeGateway } from './fake-gateway.js';

let gateway: FakeGateway;
let device: RunningNode;
beforeAll(async () => {
  gateway = await FakeGateway.start();
  const config = await testConfig(SMALL, 1, gateway.address);
  device = await startEdge({ config, device: 'e0', token: null, log: silent, listen: ANY_PORT });
});
afterAll(async () => {
  await device?.stop();
  await gateway?.stop();
});

const REGISTER = 'POST /register';
const drainState = async () => (await ask(device.address, 'getCluster')).json().drain;

it('a device that ends after it was drained, and resumed since, waits until its gateway knows of the second time', async () => {
  await ask(device.address, 'drain');
  await waitUntil(async () => (await drainState()) === 'drained');
  // The one that may be under way told of it, or the one after that.
  const told = gateway.answered(REGISTER) + 2;
  await waitUntil(() => gateway.answered(REGISTER) >= told);

  const { held, release } = gateway.hold(REGISTER);
  await ask(device.address, 'resume');
  await waitUntil(() => held() === 1);
  let hasEnded = false;
  const ended = device.drain().then((isDrained) => {
    hasEnded = true;
    return isDrained;
  });
  await waitUntil(async () => (await drainState()) === 'drained');
  await pause(100, new AbortController().signal);
  expect(hasEnded).toBe(false);
  release();
  expect(await ended).toBe(true);
});
