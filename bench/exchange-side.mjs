// One side of bench/exchange.mjs: a device's client or server, or the bare client or server beside it.
import { createRequire } from 'node:module';
import Fastify from 'fastify';
import { Agent } from 'undici';
import { source } from './sources.mjs';

const [name, where] = process.argv.slice(2);
const isOneWay = name.endsWith('-one-way');
const role = name.replace(/-one-way$/, '');
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
process.on('SIGTERM', () => process.exit());

/** Sends batches as the parent asks for them. */
function serveBatches(send) {
  process.on('message', async ({ messages, bytes }) => {
    const before = cpuMs();
    try {
      for (let i = 0; i < messages; i++) await send(bytes);
      process.send({ cpuMs: cpuMs() - before });
    } catch (error) {
      process.send({ error: `${error.message}: ${error.cause?.message ?? ''}` });
    }
  });
}

/** The face detector's picture, which is map 0 of every plan. */
const maps = [{ channels: 3, height: 416, width: 416 }];
const values = new Map();

/** @returns so many rows of that map as a body of strips. */
function stripsOf(encodeGangStrips, rows, value) {
  const [{ channels, width }] = maps;
  const data = values.get(rows) ?? new Float32Array(channels * width * rows).fill(value);
  values.set(rows, data);
  const region = { x0: 0, x1: width, y0: 0, y1: rows };
  return encodeGangStrips(maps, { strips: [{ map: 0, region, data }], sharedDigest: null }, 'f32');
}

if (role === 'client') await deviceClient();
else if (role === 'server') await deviceServer();
else if (role === 'bare-client') bareClient();
else await bareServer();

async function deviceClient() {
  const { createPeerClients } = await source('server/node/peers/peer-clients.ts');
  const { createMetrics } = await source('server/node/observe/metrics.ts');
  const { CALLS, HELD_STRIPS_MS } = await source('server/node/contract/calls.ts');
  const { decodeGangStrips, encodeGangStrips } = await source('server/node/wire/gang-strips.ts');
  const log = createRequire(import.meta.url)('pino')({ level: 'silent' });
  const nodes = [{ id: 'e0', address: where }];
  const metrics = createMetrics({ role: 'edge', node: 'e1' });
  const peers = createPeerClients({ self: 'e1', token: process.env.DEEPTHINGS_TOKEN, nodes, tls: null, metrics, log });
  let sent = 0;
  serveBatches(async (bytes) => {
    const rows = Math.round(bytes / (maps[0].channels * maps[0].width * 4));
    // A later attempt each time: the device drops what it has of the one before.
    const query = { stage: 0, generation: Math.floor(sent / 1_000) + 1, attempt: (sent % 1_000) + 1 };
    sent++;
    const body = { mediaType: 'application/octet-stream', bytes: stripsOf(encodeGangStrips, rows, 0.7) };
    const path = { frame: 'bench-1', tile: 1 };
    if (isOneWay) {
      await peers.client(where).call(CALLS.gangStrips, { path, query, body });
      return;
    }
    const asked = { path, query: { ...query, answer: 'strips' }, heldMs: HELD_STRIPS_MS, body };
    const answer = await peers.client(where).call(CALLS.gangExchange, asked);
    const { strips } = decodeGangStrips(() => maps, answer.bytes);
    if (strips[0].region.y1 !== rows) throw new Error('expected strips of the same size');
  });
}

/** A device's HTTP server, with a block that has strips for each question at once: as many as came. */
async function deviceServer() {
  const { createNodeApp } = await source('server/node/http/node-app.ts');
  const { createMetrics } = await source('server/node/observe/metrics.ts');
  const { overlapHandlers } = await source('server/edge/api/overlap-handlers.ts');
  const { StripExchange } = await source('server/edge/gang/strip-exchange.ts');
  const { FrameGenerations } = await source('server/edge/frames/frame-generations.ts');
  const { FrameScopes } = await source('server/node/frame-scopes.ts');
  const { RequestsUnderWay } = await source('server/node/draining.ts');
  const { encodeGangStrips } = await source('server/node/wire/gang-strips.ts');
  const { OPERATIONS } = await source('client/generated/operations.ts');
  const log = createRequire(import.meta.url)('pino')({ level: 'silent' });
  const metrics = createMetrics({ role: 'edge', node: 'e0' });
  const scopes = new FrameScopes();
  const frames = { scopes, generations: new FrameGenerations(9, scopes) };
  const edge = { metrics, wirePlan: {}, gangs: { gang: { stage: { maps } } } };
  const strips = new StripExchange(edge, frames);
  const { answers, inbox } = strips;
  let rows = 0;
  const put = inbox.put.bind(inbox);
  inbox.put = (of, origin, body) => {
    rows = body.strips[0].region.y1;
    return put(of, origin, body);
  };
  const ask = answers.ask.bind(answers);
  answers.ask = (of, body, gone) => {
    answers.open(of, [{ ...body, before: body.stage + 1 }]);
    const end = ask(of, body, gone);
    answers.give(of, body, stripsOf(encodeGangStrips, rows, 0.3));
    return end;
  };
  const others = Object.fromEntries(Object.keys(OPERATIONS).map((operation) => [operation, async () => ({})]));
  const standing = { underWay: new RequestsUnderWay(), drain: { requireServing: () => {} } };
  const app = await createNodeApp({
    role: 'edge',
    handlers: { ...others, ...overlapHandlers(edge, { strips, overlap: {} }, standing) },
    token: process.env.DEEPTHINGS_TOKEN,
    ...{ tls: null, log, metrics, refused: null, hosts: [] },
    ...{ pictureBytes: 64 * 1024 * 1024, tensorBytes: 64 * 1024 * 1024 },
  });
  await app.listen({ host: '127.0.0.1', port: Number(where) });
  process.on('message', () => process.send({ cpuMs: cpuMs() }));
}

function bareClient() {
  const agent = new Agent({ connections: 16 });
  const headers = { 'content-type': 'application/octet-stream' };
  serveBatches(async (bytes) => {
    const body = Buffer.allocUnsafeSlow(bytes).fill(7);
    const answer = await agent.request({ origin: where, path: '/overlap/bench-1/1', method: 'PUT', headers, body });
    await answer.body.arrayBuffer();
  });
}

async function bareServer() {
  const app = Fastify({ bodyLimit: 64 * 1024 * 1024 });
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  app.get('/livez', async () => 'live');
  app.put('/overlap/:frame/:tile', async ({ body }, reply) => {
    if (isOneWay) return reply.code(204).send();
    return reply.type('application/octet-stream').send(Buffer.allocUnsafeSlow(body.length).fill(3));
  });
  await app.listen({ host: '127.0.0.1', port: Number(where) });
  process.on('message', () => process.send({ cpuMs: cpuMs() }));
}
