import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Schemas } from '../../client/client.js';
import { startGateway } from '../../server/gateway/gateway-node.js';
import type { RunningNode } from '../../server/node/running-node.js';
import { ask } from '../node/ask.js';
import { SMALL, smallPicture } from '../node/small-cluster.js';
import { ANY_PORT, silent, testConfig, waitUntil } from '../support/test-cluster.js';
import { FakeDevice, registration } from './fake-device.js';

let gateway: RunningNode;
let devices: readonly FakeDevice[];
let facts: Partial<Schemas['DeviceRegistration']>;
beforeEach(async () => {
  const patient = 'schedule: { heartbeat: { intervalMs: 30000, lostAfterMs: 60000 } }';
  const config = await testConfig(`${SMALL}\n${patient}`, 2, 'http://127.0.0.1:65535');
  gateway = await startGateway({ config, token: null, log: silent, listen: ANY_PORT });
  devices = [await FakeDevice.start(), await FakeDevice.start()];
  const { plan, model } = (await ask(gateway.address, 'getCluster')).json();
  facts = { model: model.digest, plan: plan.digest };
});
afterEach(async () => {
  await gateway.stop();
  for (const device of devices) await device.stop();
});

let number = 0;
async function register(device: number, more: Partial<Schemas['DeviceRegistration']> = {}) {
  const { address } = devices[device]!;
  const json = registration({ ...facts, device: `e${device}`, address, number: ++number, ...more });
  return (await ask(gateway.address, 'register', { json })).json() as Schemas['RegistrationAnswer'];
}

it('a member of a gang that has ended is told so with its next heartbeat', async () => {
  for (const device of devices.keys()) await register(device);
  const body: [string, Uint8Array] = ['image/jpeg', await smallPicture()];
  const frame = (await ask(gateway.address, 'submitFrame', { query: 'strategy=gang', body })).json();
  const pushes = () => devices.map(({ asked }) => asked.filter((what) => what === 'POST /tasks').length);
  await waitUntil(() => pushes().every((count) => count === 1));
  const block = { frame: frame.id, tile: 0, generation: 1, state: 'running' } as const;
  expect(await register(0, { tasks: [{ ...block, attempt: 1 }] })).not.toHaveProperty('invalidated');
  await register(1, { drain: 'draining' });
  await waitUntil(() => pushes()[0] === 2);
  const told = await register(0, { tasks: [{ ...block, attempt: 1 }] });
  expect(told).toMatchObject({ ended: [], invalidated: [{ frame: frame.id, generation: 1, attempt: 2 }] });
  const tile = { ...block, tile: 1, attempt: 1 };
  expect(await register(1, { drain: 'draining', tasks: [tile] }), 'a member of the first gang only').toMatchObject({
    invalidated: [{ frame: frame.id, generation: 1, attempt: 2 }],
  });
  expect(await register(0, { tasks: [{ ...block, attempt: 2 }] })).not.toHaveProperty('invalidated');
});
