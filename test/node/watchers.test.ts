import { connect, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../client/generated/operations.js';
import { planCluster } from '../../server/node/cluster-plan.js';
import { commonHandlers } from '../../server/node/http/common-handlers.js';
import { listen } from '../../server/node/http/listen.js';
import { createNodeApp } from '../../server/node/http/node-app.js';
import { EventLog } from '../../server/node/observe/event-log.js';
import { createMetrics } from '../../server/node/observe/metrics.js';
import { RefusedCallers } from '../../server/node/problems/refused-callers.js';
import { ANY_PORT, silent, testConfig, waitUntil } from '../support/test-cluster.js';
import { ask, askPath } from './ask.js';
import { EventReader } from './event-reader.js';
import { SMALL } from './small-cluster.js';

/** As many as one node has at once. */
const WATCHERS = 64;
const MEGABYTE = 'x'.repeat(1_000_000);

let app: FastifyInstance;
let events: EventLog;
let port: number;
let node: string;
let readers: EventReader[];
let notReady: string | null;
/** The node's ends of its connections. */
let sockets: Socket[];

beforeEach(async () => {
  events = new EventLog('ep', 50);
  readers = [];
  sockets = [];
  notReady = null;
  const config = await testConfig(SMALL, 1, 'http://127.0.0.1:65535');
  const metrics = createMetrics({ role: 'edge', node: 'e0' });
  const clusterPlan = await planCluster(config);
  const wirePlan = { plan: clusterPlan.plan, digest: 'sha256:0', fill: [0, 0, 0] };
  const common = {
    role: 'edge' as const,
    clusterPlan,
    wirePlan,
    events,
    metrics,
    notReady: () => notReady,
    drainState: () => 'serving' as const,
  };
  const others = Object.fromEntries(Object.keys(OPERATIONS).map((operation) => [operation, async () => ({})]));
  app = await createNodeApp({
    refused: new RefusedCallers({ log: silent, nowMs: () => 0 }),
    ...{
      role: 'edge',
      handlers: { ...others, ...commonHandlers(common) },
      token: null,
      tls: null,
      log: silent,
      metrics,
    },
    ...{ pictureBytes: 1024, tensorBytes: 1024, hosts: ['x'] },
  });
  app.server.on('connection', (socket) => sockets.push(socket));
  port = await listen(app, ANY_PORT);
  node = `http://127.0.0.1:${port}`;
});
afterEach(async () => {
  for (const reader of readers) reader.close();
  events.close();
  await app.close();
});

async function watch(): Promise<number> {
  const reader = await EventReader.open(node);
  readers.push(reader);
  return reader.status;
}

/** Asks for events and never reads one. */
function watchWithoutReading(): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.pause();
  socket.write('GET /events HTTP/1.1\r\nhost: x\r\n\r\n');
  return socket;
}

describe('those who watch a node’s events', () => {
  it('are as many as it can hold; one more is told when to come back', async () => {
    for (let i = 0; i < WATCHERS; i++) expect(await watch()).toBe(200);
    const reply = await ask(node, 'getEvents');
    expect([reply.status, reply.json().code]).toEqual([503, 'DT_OVERLOADED']);
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
    readers[0]!.close();
    await waitUntil(async () => (await watch()) === 200);
  });

  it('leave room for others when they hang up, even while they lag behind', async () => {
    const lagging = watchWithoutReading();
    await waitUntil(() => (sockets[0]?.bytesWritten ?? 0) > 0);
    for (let i = 0; i < 40; i++) events.publish('frame', MEGABYTE);
    await waitUntil(() => sockets[0]!.writableLength > 0);
    for (let i = 1; i < WATCHERS; i++) expect(await watch()).toBe(200);
    expect(await watch()).toBe(503);
    lagging.destroy();
    await waitUntil(async () => (await watch()) === 200);
  });

  it('get events whatever they say that they accept', async () => {
    for (const accept of ['text/event-stream', 'application/json', '*/*']) {
      const reader = await EventReader.open(node, { accept });
      expect([reader.status, reader.mediaType]).toEqual([200, 'text/event-stream']);
      const next = reader.next();
      events.publish('tile', { accept });
      expect(await next).toMatchObject({ event: 'tile', data: { accept } });
      reader.close();
    }
  });

  it('are told when the node stops', async () => {
    expect(await watch()).toBe(200);
    const next = readers[0]!.next();
    events.close();
    expect(await next).toBeNull();
  });

  it('cannot ask for the head of what never ends', async () => {
    const reply = await askPath(node, 'HEAD', '/events');
    expect([reply.status, reply.headers.allow]).toEqual([405, 'GET']);
  });
});

describe('what a node is ready for', () => {
  it('is told with the reason while it is not', async () => {
    notReady = 'registering with the gateway';
    const reply = await ask(node, 'getReady');
    expect(reply.json()).toMatchObject({ status: 503, code: 'DT_NOT_READY', detail: notReady });
    expect([reply.status, reply.headers['retry-after']]).toEqual([503, '1']);
    expect((await ask(node, 'getLive')).json()).toEqual({ status: 'ok', role: 'edge' });
    notReady = null;
    expect((await ask(node, 'getReady')).json()).toEqual({ status: 'ok', role: 'edge' });
  });
});
