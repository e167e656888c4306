import { afterEach, describe, expect, it } from 'vitest';
import type { DeepThingsClient } from '../../client/client.js';
import { startEdge } from '../../server/edge/edge-node.js';
import { frameInput, frameOutputs } from '../../server/evaluation/measure/frame-tensors.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { runUntiled } from '../../server/evaluation/measure/untiled.js';
import { startGateway } from '../../server/gateway/gateway-node.js';
import type { RunningNode } from '../../server/node/running-node.js';
import { askPath } from '../node/ask.js';
import { FaultProxy, type Faults } from '../support/fault-proxy.js';
import { samplePhoto, submit } from '../support/frames.js';
import { freePorts } from '../support/process-cluster.js';
import { ANY_PORT, clientOf, silent, testConfig, waitUntil } from '../support/test-cluster.js';

const YAML =
  'model: { name: face-detector, width: 224, height: 224 }\n' +
  'partition: { grid: 3x3, fusedDepth: 8 }\n' +
  'schedule: { heartbeat: { intervalMs: 200, lostAfterMs: 20000 } }\n' +
  'limits: { keptOutputs: 4 }\n';

/** Far behind what the first requests of a connection say beside tensors. */
const WITHIN_TENSORS = 20_000;

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

type FaultsOf = (connection: number) => Faults | null;
const NONE: FaultsOf = () => null;

/** Two devices, whose connections to the gateway, and all connections to them, lead through proxies. */
async function faultyCluster(strategy: string, toTheGateway: FaultsOf, toDevices: FaultsOf = NONE) {
  const yaml = YAML.replace('schedule: {', `schedule: { strategy: ${strategy},`);
  const draft = await testConfig(yaml, 2, 'http://127.0.0.1:65535');
  const gateway = await startGateway({ config: draft, token: null, log: silent, listen: ANY_PORT });
  stops.push(() => gateway.stop());
  const toGateway = await proxyTo(gateway.address, toTheGateway);
  const declared = await testConfig(yaml, 2, toGateway.address);
  const ports = await freePorts(2);
  const proxies = await Promise.all(ports.map((port) => proxyTo(`http://127.0.0.1:${port}`, toDevices)));
  const devices = declared.devices.map((device, i) => ({ ...device, address: proxies[i]!.address }));
  const config = { ...declared, devices };
  const nodes: RunningNode[] = [gateway];
  for (const [i, { id: device }] of devices.entries()) {
    const listen = { host: '127.0.0.1', port: ports[i]! };
    const node = await startEdge({ config, device, token: null, log: silent, listen });
    stops.push(() => node.stop());
    nodes.push(node);
  }
  const { client, close } = clientOf(gateway.address);
  stops.push(close);
  await waitUntil(async () => (await client.call('getCluster')).json!.devices.every(({ state }) => state === 'live'));
  return { client, config, nodes };
}

async function proxyTo(address: string, faults: FaultsOf): Promise<FaultProxy> {
  const proxy = await FaultProxy.start(address);
  proxy.faults = faults;
  stops.push(() => proxy.stop());
  return proxy;
}

async function counted(nodes: readonly RunningNode[], name: string): Promise<number> {
  let sum = 0;
  for (const { address } of nodes) {
    const { bytes } = await askPath(address, 'GET', '/metrics');
    const lines = Buffer.from(bytes).toString().split('\n');
    for (const line of lines) if (line.startsWith(`${name}{`)) sum += Number(line.split(' ').at(-1));
  }
  return sum;
}

async function expectExact(client: DeepThingsClient, config: Parameters<typeof runUntiled>[0], rounds: number) {
  let wanted: readonly Float32Array[] | null = null;
  for (let i = 0; i < rounds; i++) {
    const frame = await submit(client, samplePhoto('sample4.jpg'), { source: `e${i % 2}` });
    expect(frame.failure).toBeNull();
    expect(frame.state).toBe('complete');
    wanted ??= await runUntiled(config, await frameInput(client, frame.id, 224));
    expect(relativeDifference(await frameOutputs(client, frame.id), wanted)).toBeLessThanOrEqual(TOLERANCE.f32);
  }
}

/** Frames until one has met damage: how much of a frame travels is a matter of which device is faster. */
async function expectExactThroughDamage(
  client: DeepThingsClient,
  config: Parameters<typeof runUntiled>[0],
  nodes: readonly RunningNode[],
): Promise<void> {
  const damaged = () => counted(nodes, 'deepthings_damaged_bodies_total');
  await expectExact(client, config, 3);
  for (let round = 0; round < 30 && (await damaged()) === 0; round++) await expectExact(client, config, 2);
  expect(await damaged()).toBeGreaterThan(0);
}

describe('frames complete exactly, and it is counted, where', () => {
  it.each(['ftp-wst-s', 'modnn'])(
    'bits of results flip on their way to the gateway: %s',
    { timeout: 120_000 },
    async (strategy) => {
      // Every connection until there were enough of them: retries get through in the end.
      let flips = 0;
      const { client, config, nodes } = await faultyCluster(strategy, (connection) =>
        connection % 2 === 0 && flips++ < 12 ? { request: { flipAt: WITHIN_TENSORS } } : null,
      );
      await expectExactThroughDamage(client, config, nodes);
      expect(await counted(nodes, 'deepthings_retries_total')).toBeGreaterThan(0);
    },
  );

  it.each([
    ['of tasks that are stolen, and of strips', 'ftp-wst-s', 12, { answer: { flipBodies: 2 } }],
    ['of pictures on their way to a source', 'ftp-wst-s', 6, { request: { flipAt: 5_000 } }],
    ['of tasks that are shared out', 'ftp-wsh', 6, { request: { flipAt: WITHIN_TENSORS } }],
    ['of letterboxed pictures on their way to the gateway', 'ftp-wsh', 12, { answer: { flipAt: WITHIN_TENSORS } }],
  ] as const)('bits %s flip', { timeout: 120_000 }, async (_what, strategy, connections, faults) => {
    let flips = 0;
    const { client, config, nodes } = await faultyCluster(strategy, NONE, () =>
      flips++ < connections ? faults : null,
    );
    await expectExactThroughDamage(client, config, nodes);
  });

  it('connections to the gateway are cut in the middle of a body', { timeout: 120_000 }, async () => {
    let cuts = 0;
    const { client, config, nodes } = await faultyCluster('ftp-wst-s', (connection) =>
      connection % 2 === 0 && cuts++ < 12 ? { request: { cutAfter: WITHIN_TENSORS } } : null,
    );
    await expectExact(client, config, 3);
    expect(await counted(nodes, 'deepthings_retries_total')).toBeGreaterThan(0);
  });
});

describe('a picture of which a bit flipped before its digest was made', () => {
  it('is another picture to its source, which takes the input of the gateway', { timeout: 60_000 }, async () => {
    const { client, config, nodes } = await faultyCluster('ftp-wst-s', NONE);
    const { client: source, close } = clientOf(nodes[1]!.address);
    stops.push(close);
    const accepted = (
      await client.call('submitOwnFrame', {
        path: { device: 'e0' },
        body: { mediaType: 'image/jpeg', bytes: samplePhoto('sample4.jpg') },
      })
    ).json!;
    // What the gateway would have brought, but for one picture of another.
    await source.call('deliverFrame', {
      path: { frame: accepted.id },
      query: { attempt: 1, digest: accepted.inputDigest!, strategy: 'ftp-wst-s' },
      body: { mediaType: 'image/jpeg', bytes: samplePhoto('sample5.jpg') },
    });
    const path = { frame: accepted.id };
    await waitUntil(async () => (await client.call('getFrame', { path })).json!.endedAt !== null, 30_000);
    expect((await client.call('getFrame', { path })).json!.state).toBe('complete');
    const wanted = await runUntiled(config, await frameInput(client, accepted.id, 224));
    expect(relativeDifference(await frameOutputs(client, accepted.id), wanted)).toBeLessThanOrEqual(TOLERANCE.f32);
  });
});
