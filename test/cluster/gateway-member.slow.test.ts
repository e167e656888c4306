import { afterEach, expect, test, vi } from 'vitest';
import type { Schemas } from '../../client/client.js';
import { samplePhoto, submit } from '../support/frames.js';
import { type TestCluster, type TestClusterOptions, waitUntil } from '../support/test-cluster.js';
import { engines, GATEWAYS } from '../support/wrong-engine.js';
import { NANODET, startCompared } from './compared-gangs.js';

vi.mock('../../server/compute/compute-thread.js', async (original) => {
  const { withWrongEngines } = await import('../support/wrong-engine.js');
  return withWrongEngines(await original());
});

let cluster: TestCluster | undefined;
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
  engines.reset();
});

async function start(devices: number, options: Partial<TestClusterOptions> = {}) {
  const compared = await startCompared(devices, { compute: true, ...options });
  cluster = compared.cluster;
  return { ...compared, client: cluster.client };
}

test('a gateway that computes is a member of gangs, and the maps are those of the whole graph', {
  timeout: 120_000,
}, async () => {
  const { client, members, states } = await start(2);
  expect(await states()).toEqual(['e0 live', 'e1 live', 'gateway live']);
  expect(await members()).toEqual(['e0', 'e1', 'gateway']);
  // Later frames do without a device that other work on this machine slows down.
  for (let round = 0; round < 2; round++) await members();
  const { body } = await cluster!.gateway.app.inject('/metrics');
  const strips = /deepthings_strip_bytes_total\{direction="(sent|received)".*\} (\d+)/g;
  expect([...body.matchAll(strips)].map(([, direction, bytes]) => [direction, Number(bytes) > 0])).toEqual(
    expect.arrayContaining([
      ['sent', true],
      ['received', true],
    ]),
  );
  // Other strategies do without it, and nothing of the frames stays in it.
  for (const strategy of ['whole', 'ftp-wst-s', 'ftp-wsh'] as const) {
    const frame: Schemas['Frame'] = await submit(client, samplePhoto('sample1.jpg'), { strategy });
    expect(frame.state).toBe('complete');
    expect(Object.keys(frame.tiles.byDevice)).not.toContain('gateway');
  }
  await waitUntil(async () => {
    const { devices } = (await client.call('getCluster')).json!;
    return devices.every(({ pending, running }) => pending + running === 0);
  });
});

test('it shows the cluster token like any node, and is seen by those who show it', { timeout: 120_000 }, async () => {
  const { members } = await start(1, { token: 'the-token-of-this-test' });
  expect(await members()).toEqual(['e0', 'gateway']);
});

test('where it computes wrongly it is found, and frames go on without it', { timeout: 120_000 }, async () => {
  const { members, states } = await start(2, { yaml: `${NANODET}\naudit: { fraction: 1 }` });
  engines.wrong.add(GATEWAYS);
  await members();
  await waitUntil(async () => (await states()).includes('gateway quarantined'));
  expect(await members()).toEqual(['e0', 'e1']);
});

test('a device that is lost has the frame begin again with the gateway and the others', {
  timeout: 120_000,
}, async () => {
  const { client, members } = await start(2);
  await members();
  const submitted = submit(client, samplePhoto('sample2.jpg'), { strategy: 'gang' });
  await cluster!.devices.get('e1')!.stop();
  expect((await submitted).state).toBe('complete');
  expect(await members()).toEqual(['e0', 'gateway']);
});

test('without a live device the gateway computes whole frames', { timeout: 120_000 }, async () => {
  const { client } = await start(1);
  await cluster!.devices.get('e0')!.stop();
  const frame = await submit(client, samplePhoto('sample2.jpg'), { strategy: 'gang' });
  expect(frame).toMatchObject({ state: 'complete', tiles: { total: 1, byDevice: { gateway: 1 } } });
});
