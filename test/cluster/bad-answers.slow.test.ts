import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ClusterConfig } from '../../server/config/cluster-config.js';
import { startEdge } from '../../server/edge/edge-node.js';
import { startGateway } from '../../server/gateway/gateway-node.js';
import type { RunningNode } from '../../server/node/running-node.js';
import { ask } from '../node/ask.js';
import { SMALL, smallPicture } from '../node/small-cluster.js';
import { LIES, LyingProxy } from '../support/lying-proxy.js';
import { freePorts } from '../support/process-cluster.js';
import { ANY_PORT, testConfig, waitUntil } from '../support/test-cluster.js';

const FRAMES = 10;

const logged: { readonly peer?: string; readonly msg?: string }[] = [];
const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
const nodes: RunningNode[] = [];
const proxies: LyingProxy[] = [];

/** Gateway and three devices, each behind a proxy. */
beforeAll(async () => {
  const yaml = `${SMALL}\nschedule: { heartbeat: { intervalMs: 200, lostAfterMs: 5000 } }`;
  const ports = await freePorts(3);
  const draft = await testConfig(yaml, 3, 'http://127.0.0.1:65535');
  for (const port of ports) proxies.push(await LyingProxy.start(new URL(`http://127.0.0.1:${port}`)));
  const behind = (config: ClusterConfig): ClusterConfig => {
    const devices = config.devices.map((device, i) => ({ ...device, address: proxies[i]!.address }));
    return { ...config, devices };
  };
  const gateway = await startGateway({ config: behind(draft), token: null, log, listen: ANY_PORT });
  nodes.push(gateway);
  proxies.push(await LyingProxy.start(new URL(gateway.address)));
  const config = behind(await testConfig(yaml, 3, proxies[3]!.address));
  for (const [i, { id }] of config.devices.entries()) {
    const listen = { host: '127.0.0.1', port: ports[i]! };
    nodes.push(await startEdge({ config, device: id, token: null, log, listen }));
  }
  await waitUntil(async () => {
    const { devices } = (await ask(gateway.address, 'getCluster')).json();
    return devices.every(({ state }: { state: string }) => state === 'live');
  });
});
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await Promise.all(proxies.map((proxy) => proxy.stop()));
});

it('a proxy that answers a third of all calls itself costs no frame, is counted and named', async () => {
  for (const proxy of proxies) proxy.lie = (number) => (number % 3 === 0 ? number / 3 : null);
  const picture = await smallPicture();
  for (let i = 0; i < FRAMES; i++) {
    const reply = await ask(nodes[0]!.address, 'submitFrame', { query: 'wait=60', body: ['image/jpeg', picture] });
    expect([reply.status, reply.json().state]).toEqual([200, 'complete']);
  }
  for (const proxy of proxies) proxy.lie = () => null;
  expect(proxies.reduce((sum, { lies }) => sum + lies, 0)).toBeGreaterThan(LIES.length);
  const metrics = Buffer.from((await ask(nodes[0]!.address, 'getMetrics')).bytes).toString();
  expect(metrics).toMatch(new RegExp(`deepthings_bad_answers_total\\{peer="${proxies[0]!.address}"`));
  expect(logged.some(({ peer, msg }) => peer === proxies[0]!.address && msg?.startsWith('answer refused'))).toBe(true);
}, 120_000);
