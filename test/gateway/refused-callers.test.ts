import { connect as connectPlain } from 'node:net';
import { connect } from 'node:tls';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Schemas } from '../../client/client.js';
import { startEdge } from '../../server/edge/edge-node.js';
import { startGateway } from '../../server/gateway/gateway-node.js';
import { RefusedCallers } from '../../server/node/problems/refused-callers.js';
import type { RunningNode } from '../../server/node/running-node.js';
import { SMALL } from '../node/small-cluster.js';
import { ANY_PORT, clientOf, silent, testConfig, waitUntil } from '../support/test-cluster.js';
import { FakeDevice, registration } from './fake-device.js';

const TOKEN = 'right';
const YAML = `${SMALL}\nschedule: { heartbeat: { intervalMs: 200, lostAfterMs: 2000 } }`;

const logged: { readonly msg?: string }[] = [];
const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
const nodes: RunningNode[] = [];
let gateway: RunningNode;

beforeEach(async () => {
  logged.length = 0;
  gateway = await startGateway({
    config: await testConfig(YAML, 2, 'http://127.0.0.1:65535'),
    ...{ token: TOKEN, log, listen: ANY_PORT },
  });
  nodes.push(gateway);
});
afterEach(async () => {
  for (const node of nodes.splice(0).reverse()) await node.stop();
});

async function state(): Promise<Schemas['ClusterState']> {
  const { body } = await gateway.app.inject({ url: '/cluster', headers: { authorization: `Bearer ${TOKEN}` } });
  return JSON.parse(body);
}
const device = async (id: string) => (await state()).devices.find((one) => one.device === id)!;

async function start(id: string, token: string | null, yaml = YAML, devices = 2): Promise<RunningNode> {
  const config = await testConfig(yaml, devices, gateway.address);
  const node = await startEdge({ config, device: id, token, log: silent, listen: ANY_PORT });
  nodes.push(node);
  return node;
}

const inLog = (text: RegExp) => logged.filter(({ msg }) => text.test(msg ?? '')).length;

describe('who is refused is shown', () => {
  it('a device with a wrong token: on the device, in the cluster’s problems and once in the log', async () => {
    await start('e1', 'wrong');
    await waitUntil(async () => (await device('e1')).problem?.includes('wrong token') ?? false);
    expect((await device('e1')).problem).toMatch(
      /device e1 at 127\.0\.0\.1 shows a wrong token: give it the DEEPTHINGS_TOKEN/,
    );
    const [problem] = (await state()).problems!;
    expect(problem).toMatchObject({ code: 'DT_TOKEN', address: '127.0.0.1', device: 'e1' });
    expect(inLog(/wrong token/)).toBe(1);
  });

  it('a device without a token', async () => {
    await start('e1', null);
    await waitUntil(async () => (await device('e1')).problem?.includes('no token') ?? false);
    expect((await device('e1')).problem).toMatch(
      /device e1 at 127\.0\.0\.1 shows no token: give it the DEEPTHINGS_TOKEN/,
    );
    expect((await state()).problems).toMatchObject([{ code: 'DT_TOKEN', address: '127.0.0.1', device: 'e1' }]);
    expect(inLog(/shows no token/)).toBe(1);
  });

  it('a device that is not declared', async () => {
    await start('e2', TOKEN, YAML, 3);
    await waitUntil(async () => ((await state()).problems ?? []).length > 0);
    expect((await state()).problems).toMatchObject([{ code: 'DT_DEVICE_UNKNOWN', device: 'e2', address: '127.0.0.1' }]);
    expect(inLog(/declares no device e2, only e0, e1: declare it there/)).toBe(1);
  });

  it('a node that speaks TLS to a gateway without', async () => {
    const { hostname, port } = new URL(gateway.address);
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
    socket.on('error', () => {});
    await waitUntil(async () => ((await state()).problems ?? []).length > 0);
    expect((await state()).problems).toMatchObject([{ code: 'DT_TLS_UNEXPECTED' }]);
    socket.destroy();
  });

  it('a second machine with the id of one that works, which goes on', async () => {
    const first = await start('e0', TOKEN);
    await waitUntil(async () => (await device('e0')).state === 'live');
    const { model, plan } = await state();
    const facts = { model: model.digest, plan: plan.digest, address: first.address, startedAt: Date.now() + 5_000 };
    const payload = registration(facts);
    const headers = { authorization: `Bearer ${TOKEN}` };
    const reply = await gateway.app.inject({ method: 'POST', url: '/register', headers, payload });
    expect([reply.statusCode, reply.json().code]).toEqual([409, 'DT_DEVICE_TWICE']);
    const shown = await device('e0');
    expect(shown.state).toBe('live');
    expect(shown.problem).toMatch(/two programs register as device e0/);
    expect((await state()).problems).toMatchObject([{ code: 'DT_DEVICE_TWICE', device: 'e0' }]);
  });

  it('a device that registers and is not reached', async () => {
    const fake = await FakeDevice.start();
    const { model, plan } = await state();
    const payload = registration({ model: model.digest, plan: plan.digest, address: fake.address });
    await fake.stop();
    await gateway.app.inject({
      method: 'POST',
      url: '/register',
      headers: { authorization: `Bearer ${TOKEN}` },
      payload,
    });
    await waitUntil(async () => (await device('e0')).problem !== null);
    expect((await device('e0')).problem).toMatch(/the gateway does not reach it at http/);
  });

  it('a device of another plan, until its process has ended', async () => {
    const edge = await start('e1', TOKEN, YAML.replace('2x2', '2x3'));
    await waitUntil(async () => (await device('e1')).state === 'refused');
    await edge.stop();
    await waitUntil(async () => (await device('e1')).state === 'expected');
    expect((await device('e1')).problem).toMatch(
      /^not running: the last process of it was refused \(e1 follows another plan/,
    );
  });

  it('says nothing to the one that is refused, nor of programs that show no token', async () => {
    const { client, close } = clientOf(gateway.address);
    await expect(client.call('getCluster')).rejects.toMatchObject({ status: 401 });
    await close();
    const socket = connectPlain({ host: '127.0.0.1', port: Number(new URL(gateway.address).port) });
    socket.destroy();
    expect((await state()).problems).toEqual([]);
  });
});

it('a health probe of a gateway that is not ready counts as no refusal', async () => {
  const { statusCode } = await gateway.app.inject({ url: '/readyz' });
  expect(statusCode).toBe(503);
  await gateway.app.inject({ url: '/nothing' });
  const metrics = await gateway.app.inject({ url: '/metrics', headers: { authorization: `Bearer ${TOKEN}` } });
  expect(metrics.body).toMatch(/deepthings_refused_total\{code="DT_TOKEN"/);
  expect(metrics.body).not.toMatch(/deepthings_refused_total\{code="DT_NOT_READY"/);
});

describe('refusals', () => {
  const told: string[] = [];
  let nowMs = 0;
  const callers = new RefusedCallers({
    log: silent,
    nowMs: () => nowMs,
    onRefused: (_caller, text, isDue) => void (isDue && told.push(text)),
  });
  const note = (address: string) => callers.note({ code: 'DT_TOKEN', detail: 'no', address, device: null });

  it('are bounded in number, counted, told once a minute, and end', () => {
    for (let i = 0; i < 1_000; i++) note('192.0.2.1');
    expect(callers.current()).toMatchObject([{ address: '192.0.2.1', count: 1_000 }]);
    expect(told).toHaveLength(1);
    for (let i = 0; i < 1_000; i++) note(`198.51.100.${i}`);
    expect(callers.current().length).toBe(32);
    nowMs += 60_001;
    expect(callers.current()).toEqual([]);
  });
});
