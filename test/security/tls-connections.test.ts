import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../client/generated/operations.js';
import { listen } from '../../server/node/http/listen.js';
import { createNodeApp, type HttpBounds } from '../../server/node/http/node-app.js';
import { createMetrics } from '../../server/node/observe/metrics.js';
import { RefusedCallers } from '../../server/node/problems/refused-callers.js';
import { NodeTls } from '../../server/node/tls/node-tls.js';
import { putFile, TestAuthority } from '../support/certificates.js';
import { ANY_PORT, silent, waitUntil } from '../support/test-cluster.js';

let folder: string;
let tls: NodeTls;
let app: Awaited<ReturnType<typeof createNodeApp>>;
let port: number;
let metrics: ReturnType<typeof createMetrics>;
let handled = 0;
let sockets: Socket[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'deepthings-tls-'));
  const authority = new TestAuthority();
  const { certificate, key } = authority.issue({ name: 'gateway' });
  const file = (name: string, text: string) => {
    putFile(join(folder, name), text);
    return join(folder, name);
  };
  const ca = file('ca.crt', authority.certificate);
  tls = new NodeTls({ certificate: file('gateway.crt', certificate), key: file('gateway.key', key), ca }, true);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await app.close();
});

async function start(bounds: Partial<HttpBounds>): Promise<void> {
  handled = 0;
  const count = async () => {
    handled++;
    return {};
  };
  metrics = createMetrics({ role: 'gateway', node: 'gateway' });
  app = await createNodeApp({
    refused: new RefusedCallers({ log: silent, nowMs: () => 0 }),
    role: 'gateway',
    handlers: Object.fromEntries(Object.keys(OPERATIONS).map((operation) => [operation, count])),
    ...{ token: null, tls, log: silent, metrics, hosts: [], bounds, pictureBytes: 1024, tensorBytes: 1024 },
  });
  port = await listen(app, ANY_PORT);
}

function open(bytes: Buffer | string = ''): Socket {
  const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
  socket.on('error', () => {});
  socket.resume();
  sockets.push(socket);
  return socket;
}

const HELLO = Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]);

describe('a client that does not come to TLS', () => {
  it.each([
    ['sends nothing', ''],
    ['begins a handshake and stops', HELLO],
    ['sends something else', Buffer.from([0x00, 0xff, 0x03])],
    ['sends the line of a proxy', 'PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n'],
    ['sends a line of http, and no end', 'GET /cluster'],
  ])('%s: it is cut off in time, and nothing is handled', async (_what, bytes) => {
    await start({ headersMs: 200, requestMs: 300, checkMs: 50 });
    const startedMs = performance.now();
    await once(open(bytes), 'close');
    expect(performance.now() - startedMs).toBeLessThan(1_500);
    expect(handled).toBe(0);
  });

  it('trickles its handshake: it is cut off, however often it sends a byte', async () => {
    await start({ headersMs: 200, requestMs: 300, checkMs: 50 });
    const socket = open(HELLO);
    const trickle = setInterval(() => socket.write('x'), 20);
    // Not `once` of node:events: that fails where a write meets the reset.
    await new Promise((closed) => socket.once('close', closed));
    clearInterval(trickle);
    expect(handled).toBe(0);
  });

  it('holds up no end', async () => {
    await start({});
    const waiting = [open(), open(HELLO), open('G')];
    await Promise.all(waiting.map((socket) => once(socket, 'connect')));
    await waitUntil(() => new Promise((done) => app.server.getConnections((_error, count) => done(count >= 2))));
    const startedMs = performance.now();
    await app.close();
    expect(performance.now() - startedMs).toBeLessThan(1_500);
  });
});

describe('a client that is refused and does not hang up is hung up on', () => {
  const floods: [string, string, () => Socket, string][] = [
    [
      'over TLS, without a certificate',
      'DT_CERTIFICATE',
      () => connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false }),
      'secureConnect',
    ],
    [
      'over http',
      'DT_TLS_REQUIRED',
      () => connect({ host: '127.0.0.1', port, allowHalfOpen: true }, () => {}),
      'connect',
    ],
  ];

  it.each(floods)('%s', async (_how, code, toConnect, connected) => {
    await start({});
    const socket = toConnect();
    sockets.push(socket);
    socket.on('error', () => {});
    socket.resume();
    await once(socket, connected);
    const ended = new Promise((resolve) => socket.once('close', resolve));
    const flood = setInterval(() => socket.write(Buffer.alloc(10_000, 'G')), 5);
    await ended;
    clearInterval(flood);
    expect(handled).toBe(0);
    expect(await metrics.registry.metrics()).toMatch(new RegExp(`deepthings_refused_total\\{code="${code}".*\\} 1`));
  });
});

it('as many connections as there may be count from the first byte on', async () => {
  await start({ connections: 2 });
  const held = [open(), open(HELLO)];
  await Promise.all(held.map((socket) => once(socket, 'connect')));
  await once(open(), 'close');
  expect(await metrics.registry.metrics()).toMatch(/deepthings_refused_total\{code="DT_CONNECTIONS".*\} 1/);
});
