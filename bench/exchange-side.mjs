// One side of one step of bench/exchange.mjs: the member that asks, or the one that answers. That file bundles it as the product is bundled.
// Usage: node exchange-side.js asker|answerer STEP one-way|both-ways [ADDRESS of the answerer]
import Fastify from 'fastify';
import pino from 'pino';
import { Agent } from 'undici';
import { bodyDigest, DIGEST_HEADER, requireDigest, TENSOR_TYPE } from '../client/body-digest.ts';
import { createClient } from '../client/client.ts';
import { OPERATIONS } from '../client/generated/operations.ts';
import { createUndiciTransport } from '../client/undici-transport.ts';
import { overlapHandlers } from '../server/edge/api/overlap-handlers.ts';
import { FrameGenerations } from '../server/edge/frames/frame-generations.ts';
import { StripExchange } from '../server/edge/gang/strip-exchange.ts';
import { takeBodies } from '../server/node/bodies/bodies.ts';
import { requireWhole, sendDigests } from '../server/node/bodies/body-digests.ts';
import { CALLS, HELD_STRIPS_MS } from '../server/node/contract/calls.ts';
import { readContract } from '../server/node/contract/contract.ts';
import { contractRoutes } from '../server/node/contract/contract-routes.ts';
import { NODE_HEADER } from '../server/node/contract/node-header.ts';
import { SCHEMA_COMPILERS } from '../server/node/contract/schema-compilers.ts';
import { RequestsUnderWay } from '../server/node/draining.ts';
import { FrameScopes } from '../server/node/frame-scopes.ts';
import { authentication } from '../server/node/http/authentication.ts';
import { createNodeApp } from '../server/node/http/node-app.ts';
import { createMetrics } from '../server/node/observe/metrics.ts';
import { createPeerClients } from '../server/node/peers/peer-clients.ts';
import { decodeGangStrips, encodeGangStrips } from '../server/node/wire/gang-strips.ts';
import { reaches } from './exchange-steps.mjs';

const [side, step, way, where] = process.argv.slice(2);
const isOneWay = way === 'one-way';
const has = (duty) => reaches(step, duty);
const token = 'token-of-this-benchmark';
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
process.on('SIGTERM', () => process.exit());

/** The face detector's picture, which is map 0 of every plan. */
const maps = [{ channels: 3, height: 416, width: 416 }];
const ROW_BYTES = maps[0].channels * maps[0].width * 4;
const frame = 'bench-1';
const limits = { pictureBytes: 64 * 1024 * 1024, tensorBytes: 64 * 1024 * 1024 };
const log = pino({ level: 'silent' });
const values = new Map();

/** @returns so many rows of that map as a body of strips. */
function stripsOf(rows) {
  const data = values.get(rows) ?? new Float32Array((ROW_BYTES / 4) * rows).fill(0.7);
  values.set(rows, data);
  const region = { x0: 0, x1: maps[0].width, y0: 0, y1: rows };
  return encodeGangStrips(maps, { strips: [{ map: 0, region, data }], sharedDigest: null }, 'f32');
}

/** @returns the rows of a body of strips. */
const rowsOf = (bytes) => decodeGangStrips(() => maps, bytes).strips[0].region.y1;

/** A body that nothing was written to, and nothing reads. */
const filled = (bytes) => Buffer.allocUnsafeSlow(bytes).fill(7);

const askers = {
  bare: askWithUndici,
  bounds: askByTransport,
  contract: askByClient,
  node: askAsPeer,
  exchange: askAsMember,
};
const nearest = Object.keys(askers).findLast(has);
if (side === 'asker') serveBatches(askers[nearest]());
else await (has('node') ? nodeServer() : bareServer());

/** Sends batches as the parent asks for them. */
function serveBatches(send) {
  process.on('message', async ({ messages, bytes }) => {
    const rows = Math.round(bytes / ROW_BYTES);
    const before = cpuMs();
    try {
      for (let i = 0; i < messages; i++) {
        const answer = await send(has('strips') ? stripsOf(rows) : filled(rows * ROW_BYTES));
        if (isOneWay || has('exchange')) continue;
        if (has('strips') ? rowsOf(answer) !== rows : answer.length !== rows * ROW_BYTES) {
          throw new Error('expected strips of the same size');
        }
      }
      process.send({ cpuMs: cpuMs() - before });
    } catch (error) {
      process.send({ error: `${error.message}: ${error.cause?.message ?? ''}` });
    }
  });
}

function askWithUndici() {
  const agent = new Agent({ connections: 16 });
  return async (body) => {
    const headers = { 'content-type': TENSOR_TYPE };
    if (has('digest')) headers[DIGEST_HEADER] = bodyDigest(body);
    if (has('token')) Object.assign(headers, { authorization: `Bearer ${token}`, [NODE_HEADER]: 'e1' });
    const path = `/overlap/${frame}/1?stage=0&generation=1&attempt=1&answer=strips`;
    const answer = await agent.request({ origin: where, path, method: 'PUT', headers, body });
    const bytes = new Uint8Array(await answer.body.arrayBuffer());
    if (has('digest'))
      requireDigest(answer.headers[DIGEST_HEADER] ?? null, answer.headers['content-type'] ?? null, bytes);
    return bytes;
  };
}

function askByTransport() {
  const { transport } = createUndiciTransport({ requiresDigests: true });
  const { bodyMs, headMs, totalMs } = CALLS.gangExchange;
  return async (body) => {
    const { bytes } = await transport({
      method: 'PUT',
      url: `${where}/overlap/${frame}/1?stage=0&generation=1&attempt=1&answer=strips`,
      headers: { 'content-type': TENSOR_TYPE, authorization: `Bearer ${token}`, [NODE_HEADER]: 'e1' },
      body,
      ...{ timeoutMs: totalMs, headersTimeoutMs: headMs, idleTimeoutMs: bodyMs },
    });
    return bytes;
  };
}

/** The attempts of the gang's strips: a later one each time, of which the device has nothing yet. */
function attempts() {
  let sent = 0;
  return () => {
    sent++;
    return { stage: 0, generation: Math.floor(sent / 1_000) + 1, attempt: (sent % 1_000) + 1 };
  };
}

function askByClient() {
  const { transport } = createUndiciTransport({ requiresDigests: true });
  const named = (request) => transport({ ...request, headers: { ...request.headers, [NODE_HEADER]: 'e1' } });
  const client = createClient({ baseUrl: where, transport: named, token });
  const { bodyMs, headMs, totalMs } = CALLS.gangExchange;
  const times = { timeoutMs: totalMs, headersTimeoutMs: headMs, idleTimeoutMs: bodyMs };
  const next = attempts();
  return async (bytes) => {
    const query = { ...next(), answer: 'strips' };
    const body = { mediaType: TENSOR_TYPE, bytes };
    return (await client.call('putOverlap', { path: { frame, tile: 1 }, query, body, ...times })).bytes;
  };
}

function peersOf(metrics) {
  const nodes = [{ id: 'e0', address: where }];
  return createPeerClients({ self: 'e1', token, nodes, tls: null, metrics, log });
}

function askAsPeer() {
  const peers = peersOf(createMetrics({ role: 'edge', node: 'e1' }));
  const next = attempts();
  return async (bytes) => {
    const body = { mediaType: TENSOR_TYPE, bytes };
    const path = { frame, tile: 1 };
    const peer = peers.client(where);
    if (isOneWay) return (await peer.call(CALLS.gangStrips, { path, query: next(), body })).bytes;
    const asked = { path, query: { ...next(), answer: 'strips' }, heldMs: HELD_STRIPS_MS, body };
    return (await peer.call(CALLS.gangExchange, asked)).bytes;
  };
}

/** As a member hands over what a stage has computed, and takes what the other one answers. */
function askAsMember() {
  const metrics = createMetrics({ role: 'edge', node: 'e1' });
  const { answers, inbox, strips } = stripsOfMember({ metrics, remote: { peers: peersOf(metrics) } });
  const next = attempts();
  const { signal } = new AbortController();
  return async (bytes) => {
    const { stage, ...attempt } = next();
    const task = { frame, ...attempt, member: 1, members: [{ address: where }], strategy: 'gang' };
    const body = { to: 0, stage, before: stage + 1 };
    answers.open(task, [body]);
    await strips.handOver(task, { ...body, way: isOneWay ? 'strips' : 'exchange', bytes }, signal);
    if (!isOneWay && inbox.bytes !== Math.floor(bytes.length / ROW_BYTES) * ROW_BYTES) {
      throw new Error('expected strips of the same size');
    }
  };
}

function stripsOfMember(parts) {
  const scopes = new FrameScopes();
  const frames = { scopes, generations: new FrameGenerations(9, scopes) };
  const edge = { wirePlan: {}, gangs: { gang: { stage: { maps } } }, ...parts };
  const strips = new StripExchange(edge, frames);
  return { edge, strips, answers: strips.answers, inbox: strips.inbox };
}

/** Answers with as much as came. */
async function answer({ body }, reply) {
  if (isOneWay) return reply.code(204).send();
  return reply.type(TENSOR_TYPE).send(has('strips') ? stripsOf(rowsOf(body)) : filled(body.length));
}

async function bareServer() {
  const metrics = createMetrics({ role: 'edge', node: 'e0' });
  const app = Fastify({
    bodyLimit: limits.tensorBytes,
    ...(has('contract') && { schemaController: SCHEMA_COMPILERS }),
  });
  if (has('digest')) sendDigests(app);
  if (has('token')) await app.register(authentication, { token, isOpen: () => false, onRefused: () => {} });
  if (has('bounds')) takeBodies(app, limits, metrics);
  else {
    app.addContentTypeParser(TENSOR_TYPE, { parseAs: 'buffer' }, (request, body, done) => {
      if (has('digest')) requireWhole(request, 'tensors', body, metrics);
      done(null, body);
    });
  }
  const { schema, url } = contractRoutes(readContract()).find(({ operationId }) => operationId === 'putOverlap');
  const config = { operationId: 'putOverlap', isWork: true };
  app.put(url, { config, ...(has('contract') && { schema }) }, answer);
  await serve(app);
}

async function nodeServer() {
  const metrics = createMetrics({ role: 'edge', node: 'e0' });
  const others = Object.fromEntries(Object.keys(OPERATIONS).map((operation) => [operation, async () => ({})]));
  const handlers = has('exchange') ? memberHandlers(metrics) : { putOverlap: answer };
  const app = await createNodeApp({
    ...{ role: 'edge', handlers: { ...others, ...handlers }, token },
    ...{ tls: null, log, metrics, refused: null, hosts: [], ...limits },
  });
  await serve(app);
}

/** Of a device, with a block that has strips for each question at once: as many as came. */
function memberHandlers(metrics) {
  const { answers, edge, inbox, strips } = stripsOfMember({ metrics });
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
    answers.give(of, body, stripsOf(rows));
    return end;
  };
  const standing = { underWay: new RequestsUnderWay(), drain: { requireServing: () => {} } };
  return overlapHandlers(edge, { strips, overlap: {} }, standing);
}

async function serve(app) {
  await app.listen({ host: '127.0.0.1', port: 0 });
  process.on('message', () => process.send({ cpuMs: cpuMs() }));
  process.send({ address: `http://127.0.0.1:${app.server.address().port}` });
}
