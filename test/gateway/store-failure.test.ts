import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway } from '../../server/gateway/gateway-node.js';
import type { RunningNode } from '../../server/node/running-node.js';
import { ask, refused } from '../node/ask.js';
import { SMALL, smallPicture } from '../node/small-cluster.js';
import { ANY_PORT, silent, testConfig } from '../support/test-cluster.js';
import { FakeDevice, registration } from './fake-device.js';

let folder: string;
let gateway: RunningNode;
let device: FakeDevice;
let picture: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deepthings-store-'));
  const patient = 'schedule: { heartbeat: { intervalMs: 30000, lostAfterMs: 60000 } }';
  const store = `store: { path: '${folder}' }`;
  const config = await testConfig(`${SMALL}\n${patient}\n${store}`, 1, 'http://127.0.0.1:65535');
  gateway = await startGateway({ config, token: null, log: silent, listen: ANY_PORT });
  device = await FakeDevice.start();
  const { plan, model } = (await ask(gateway.address, 'getCluster')).json();
  const json = registration({ address: device.address, model: model.digest, plan: plan.digest });
  expect((await ask(gateway.address, 'register', { json })).status).toBe(200);
  picture = await smallPicture();
});
afterAll(async () => {
  await gateway?.stop();
  await device?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('a store that cannot be written', () => {
  const submit = () => ask(gateway.address, 'submitFrame', { body: ['image/jpeg', picture] });
  const openFrames = async () => (await ask(gateway.address, 'getCluster')).json().frames.open;

  it('has frames refused, of which nothing is there; those under way go on, and later ones are taken', async () => {
    const before = await submit();
    expect(before.status).toBe(202);
    const pictures = join(folder, 'pictures');
    await rename(pictures, `${pictures}.gone`);
    await writeFile(pictures, 'no folder');
    const body = { body: ['image/jpeg', picture] } as const;
    const problem = await refused(gateway.address, 'submitFrame', body, 507, 'DT_STORE_FAILED');
    expect(problem.detail).toMatch(/could not be stored in .*: ENOTDIR/);
    const ready = await ask(gateway.address, 'getReady');
    expect(ready.status).toBe(503);
    expect(ready.json().detail).toContain('could not be stored');
    const metrics = new TextDecoder().decode((await ask(gateway.address, 'getMetrics')).bytes);
    expect(metrics).toContain('deepthings_store_failures_total{what="accept"');
    expect(await openFrames()).toBe(1);
    const { frames } = (await ask(gateway.address, 'listFrames')).json();
    expect(frames.map(({ id }: { id: string }) => id)).toEqual([before.json().id]);
    await rm(pictures);
    await rename(`${pictures}.gone`, pictures);
    expect((await submit()).status).toBe(202);
    expect(await openFrames()).toBe(2);
  });
});
