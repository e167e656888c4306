import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bodyDigest } from '../../../client/body-digest.js';
import { OPERATIONS } from '../../../client/generated/operations.js';
import { CALLS, type CallRule } from '../../../server/node/contract/calls.js';
import { createMetrics, type NodeMetrics } from '../../../server/node/observe/metrics.js';
import type { CircuitChange } from '../../../server/node/peers/peer-circuits.js';
import { createPeerClients, type PeerClients } from '../../../server/node/peers/peer-clients.js';

vi.mock('../../../server/node/pause.js', () => ({ pause: async (ms: number) => void pauses.push(ms) }));

/** What the client waited between its tries, in ms. */
const pauses: number[] = [];
const OK = json(200, '{"status":"ok","role":"edge"}');

let server: Server;
let address: string;
let peers: PeerClients;
let metrics: NodeMetrics;
let changes: CircuitChange[];
let asked: string[];
let logged: { readonly peer?: string; readonly kind?: string }[];
const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
/** What the peer does about each request, by number from 1. */
let answer: (socket: Socket, number: number) => void;
const sockets = new Set<Socket>();

function json(status: number, text: string, headers = ''): string {
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  return raw(status, text, `content-type: ${type}\r\ndeepthings-digest: ${bodyDigest(text)}\r\n${headers}`);
}

/** An answer as anything may give it, whole. */
function raw(status: number, text: string, headers = ''): string {
  return `HTTP/1.1 ${status} X\r\n${headers}content-length: ${text.length}\r\n\r\n${text}`;
}

function problem(status: number, code = 'DT_NO', headers = ''): string {
  return json(status, JSON.stringify({ type: 'about:blank', title: 'No', status, code, detail: 'no' }), headers);
}

beforeEach(async () => {
  pauses.length = 0;
  changes = [];
  asked = [];
  logged = [];
  answer = (socket) => socket.write(OK);
  // No HTTP server: it is to do what no HTTP server does.
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      asked.push(chunk.toString());
      answer(socket, asked.length);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  metrics = createMetrics({ role: 'edge', node: 'e0' });
  const onCircuit = (change: CircuitChange) => void changes.push(change);
  peers = createPeerClients({
    self: 'e0',
    token: null,
    tls: null,
    nodes: [{ id: 'e1', address }],
    metrics,
    log,
    onCircuit,
  });
});
afterEach(async () => {
  await peers.close();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await once(server.close(), 'close');
});

/** A call that changes nothing, with what a test wants of its rule. */
function rule(facts: Partial<CallRule> = {}): CallRule<'getLive'> {
  const short = { headMs: 60, bodyMs: 60, totalMs: 5_000, tries: 1, patienceMs: 10_000, waitsForBusy: true };
  return { ...short, answers: { 200: 'application/json' }, circuit: null, ...facts, operation: 'getLive' };
}

const call = (facts?: Partial<CallRule>, signal?: AbortSignal) =>
  peers.client(address).call(rule(facts), signal === undefined ? {} : { signal });

describe('a peer that does not answer as it should', () => {
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n`;
  const trickle = (socket: Socket) => {
    socket.write(head);
    const timer = setInterval(() => socket.write('x'), 20);
    socket.once('close', () => clearInterval(timer));
  };
  it.each<[string, Partial<CallRule>, (socket: Socket) => unknown, object]>([
    ['takes the connection and says nothing', {}, () => {}, { code: 'UND_ERR_HEADERS_TIMEOUT' }],
    ['sends half a head', {}, (socket) => socket.write(head.slice(0, 20)), { code: 'UND_ERR_HEADERS_TIMEOUT' }],
    ['sends a head, then nothing', {}, (socket) => socket.write(head), { code: 'UND_ERR_BODY_TIMEOUT' }],
    ['stops in the middle of the body', {}, (socket) => socket.write(`${head}{"st`), { code: 'UND_ERR_BODY_TIMEOUT' }],
    ['trickles for ever', { bodyMs: 5_000, totalMs: 200 }, trickle, { name: 'TimeoutError' }],
    ['resets the connection midway', {}, (socket) => socket.write(`${head}{`, () => socket.resetAndDestroy()), {}],
    ['ends the connection midway', {}, (socket) => socket.end(`${head}{`), {}],
    ['talks no HTTP', {}, (socket) => socket.write('hello there\r\n\r\n'), {}],
    [
      'sends another body than it says',
      {},
      (socket) => socket.write(raw(200, '{"status":"ok"}', 'deepthings-digest: crc32=00000000\r\n')),
      { name: 'DigestError' },
    ],
  ])('%s: the call ends in time, and so do its repetitions', async (_name, facts, does, error) => {
    answer = does;
    await expect(call(facts)).rejects.toMatchObject(error);
    expect(asked).toHaveLength(1);
    answer = (socket, number) => (number === 2 ? does(socket) : socket.write(OK));
    expect((await call({ ...facts, tries: 2 })).json).toEqual({ status: 'ok', role: 'edge' });
    expect([asked.length, pauses.length]).toEqual([3, 1]);
  });

  // The transport's clock for heads and bodies may be a second late.
  it('is waited for as much longer as it was asked to hold the request', async () => {
    answer = (socket) => void setTimeout(() => socket.write(OK), 2_500);
    await expect(call()).rejects.toMatchObject({ code: 'UND_ERR_HEADERS_TIMEOUT' });
    expect((await peers.client(address).call(rule(), { heldMs: 10_000 })).status).toBe(200);
  });

  it('has all its tries within the patience of the call', async () => {
    answer = () => {};
    const startMs = performance.now();
    await expect(call({ totalMs: 100, tries: 1_000, patienceMs: 400 })).rejects.toThrow();
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.length).toBeLessThanOrEqual(5);
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });
});

describe('what no node answers', () => {
  const digest = (text: string) => `deepthings-digest: ${bodyDigest(text)}\r\n`;
  const html = 'content-type: text/html\r\n';
  const typed = 'content-type: application/json\r\n';
  const page = '<!DOCTYPE html><title>Sign in</title>';
  it.each([
    ['a login page', raw(200, page, html), 'text/html'],
    ['a login page that says that it is JSON', raw(200, page, typed), 'Sign in'],
    ['a redirect to one', raw(302, '', 'location: http://portal/\r\n'), '302'],
    ['a redirect with a page', raw(307, page, html), '307'],
    ['an answer that has no digest', raw(200, '{"status":"ok","role":"edge"}', typed), 'deepthings-digest'],
    ['nothing, where a body is due', raw(204, ''), '204'],
    ['nothing with a digest, where a body is due', raw(204, '', digest('')), '204'],
    ['an empty body', raw(200, '', typed), 'no body'],
    ['an empty object', json(200, '{}'), 'required property'],
    ['null', json(200, 'null'), 'must be object'],
    ['another operation’s JSON', json(200, '{"status":"accepted","role":"edge"}'), '/status'],
    ['JSON that is cut short', json(200, '{"status":"ok","ro'), 'expected JSON'],
    ['another status', json(202, '{"status":"ok","role":"edge"}'), '202'],
    ['another type', raw(200, 'ok', `content-type: text/plain\r\n${digest('ok')}`), 'text/plain'],
    ['a page that refuses', raw(403, page, html), '403'],
    ['a page that finds nothing', raw(404, page, html), '404'],
    [
      'a problem of another API',
      raw(404, '{"code":"X","detail":"no"}', 'content-type: application/problem+json\r\n'),
      '404',
    ],
  ])('%s: is asked again, counted and logged with the peer', async (_name, lie, says) => {
    answer = (socket) => socket.write(lie);
    await expect(call()).rejects.toMatchObject({ name: 'AnswerError', code: 'DT_ANSWER' });
    await expect(call()).rejects.toThrow(says);
    answer = (socket, number) => socket.write(number < 5 ? lie : OK);
    expect((await call({ tries: 3 })).json).toEqual({ status: 'ok', role: 'edge' });
    expect(asked).toHaveLength(5);
    expect(await metrics.registry.metrics()).toContain(`deepthings_bad_answers_total{peer="${address}",kind="getLive"`);
    expect(logged.filter(({ peer, kind }) => peer === address && kind === 'getLive')).toHaveLength(1);
  });

  it('is a failure of the peer, which opens its circuit', async () => {
    answer = (socket) => socket.write(raw(200, page, html));
    await expect(call({ tries: 5, circuit: 'work' })).rejects.toThrow('Sign in');
    expect(asked).toHaveLength(3);
    expect(changes).toMatchObject([{ address, circuit: 'work' }]);
  });

  it('is held to what the contract declares of each call', () => {
    for (const { operation, answers } of Object.values(CALLS)) {
      const declared: Readonly<Record<number, readonly string[]>> = OPERATIONS[operation].answers;
      for (const [status, type] of Object.entries(answers)) {
        if (type === null) expect(declared[Number(status)]).toEqual([]);
        else expect(declared[Number(status)]).toContain(type);
      }
    }
  });
});

describe('what is asked again', () => {
  it.each([
    [408, 'DT_REQUEST', 3],
    [429, 'DT_OVERLOADED', 3],
    [500, 'DT_INTERNAL', 3],
    [502, 'DT_ANSWER', 3],
    [503, 'DT_OVERLOADED', 3],
    [422, 'DT_DIGEST', 3],
    [400, 'DT_REQUEST', 1],
    [401, 'DT_TOKEN', 1],
    [404, 'DT_FRAME_UNKNOWN', 1],
    [409, 'DT_PLAN_MISMATCH', 1],
    [413, 'DT_BODY_TOO_LARGE', 1],
    [422, 'DT_TASK_BODY', 1],
    [501, 'DT_NOT_IMPLEMENTED', 1],
  ])('after %i %s: %i tries', async (status, code, tries) => {
    answer = (socket) => socket.write(problem(status, code));
    await expect(call({ tries: 3 })).rejects.toMatchObject({ status, code });
    expect(asked).toHaveLength(tries);
  });

  it.each([429, 503])('after %i not a peer for which another can stand in', async (status) => {
    answer = (socket) => socket.write(problem(status));
    await expect(call({ tries: 3, waitsForBusy: false })).rejects.toMatchObject({ status });
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['2', 2_000],
    ['3600', 5_000],
    ['-1', 0],
    ['soon', 0],
  ])('not before Retry-After: %s, within bounds', async (given, leastMs) => {
    answer = (socket, number) => socket.write(number === 1 ? problem(429, 'DT_NO', `retry-after: ${given}\r\n`) : OK);
    await call({ tries: 2 });
    expect(pauses).toHaveLength(1);
    expect(pauses[0]).toBeGreaterThanOrEqual(leastMs);
    expect(pauses[0]).toBeLessThanOrEqual(Math.max(100, leastMs));
  });

  it('is written again, with its digest, and counted', async () => {
    let written = 0;
    answer = (socket, number) =>
      socket.write(number === 1 ? problem(422, 'DT_DIGEST') : json(200, '{"status":"accepted"}'));
    const bytes = () => new TextEncoder().encode(`body ${++written}`);
    await peers.client(address).call(CALLS.result, { body: { mediaType: 'application/octet-stream', bytes } });
    expect(asked.map((text) => text.split('\r\n\r\n')[1])).toEqual(['body 1', 'body 2']);
    for (const text of asked) expect(text).toContain(`deepthings-digest: ${bodyDigest(text.split('\r\n\r\n')[1]!)}`);
    expect(await metrics.registry.metrics()).toMatch(/deepthings_retries_total\{what="postResult",.*\} 1/);
  });

  it('is nothing that is given up on this side', async () => {
    const stop = new AbortController();
    answer = () => stop.abort(new Error('the node stops'));
    await expect(call({ tries: 3 }, stop.signal)).rejects.toThrow('the node stops');
    expect(asked).toHaveLength(1);
  });

  it('is only what may happen twice', () => {
    const once = Object.entries(CALLS).flatMap(([name, { tries }]) => (tries === 1 ? [name] : []));
    expect(once.sort()).toEqual(['announce', 'handBack', 'identify', 'leave', 'passStrips', 'remaining', 'victim']);
    for (const one of Object.values(CALLS)) {
      expect(Math.max(one.headMs, one.bodyMs)).toBeLessThanOrEqual(one.totalMs);
      expect(one.totalMs).toBeLessThanOrEqual(one.patienceMs);
    }
  });
});

describe('a peer that keeps failing', () => {
  const work = { circuit: 'work' } as const;
  const metric = async (name: string) =>
    (await metrics.registry.metrics())
      .split('\n')
      .find((line) => line.startsWith(`${name}{`))
      ?.split(' ')[1];

  it('is suspended, which is told once, and asked again when it says that it is there', async () => {
    answer = (socket) => socket.resetAndDestroy();
    await expect(call({ ...work, tries: 5 })).rejects.toThrow();
    expect(asked, 'no more once it is suspended').toHaveLength(3);
    await expect(call(work)).rejects.toMatchObject({ code: 'DT_PEER_SUSPENDED' });
    expect(asked).toHaveLength(3);
    expect(peers.suspendedUntilMs(address)).toBeGreaterThan(performance.now());
    expect(changes).toMatchObject([{ address, circuit: 'work', again: false }]);
    expect([await metric('deepthings_peers_suspended'), await metric('deepthings_peer_suspensions_total')]).toEqual([
      '1',
      '1',
    ]);
    expect((await call({ circuit: null }).catch(() => null)) ?? 'asked').toBe('asked');
    expect(asked, 'where it has to be asked it is').toHaveLength(4);
    answer = (socket) => socket.write(OK);
    peers.forgive(address);
    expect((await call(work)).status).toBe(200);
    expect(changes.map(({ untilMs }) => untilMs !== null)).toEqual([true, false]);
    expect(await metric('deepthings_peers_suspended')).toBe('0');
  });

  it('is not one that refuses, that is busy, or whose line damages what is sent', async () => {
    for (const refusal of [problem(404), problem(429), problem(503), problem(422, 'DT_DIGEST')]) {
      answer = (socket) => socket.write(refusal);
      for (let i = 0; i < 4; i++) await expect(call(work)).rejects.toMatchObject({ name: 'ProblemError' });
    }
    expect(changes).toEqual([]);
  });
});
