import { once } from 'node:events';
import { get } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationId } from '../../client/client.js';
import { startGateway } from '../../server/gateway/gateway-node.js';
import type { RunningNode } from '../../server/node/running-node.js';
import { PROTOCOL_VERSION } from '../../server/node/wire/plan-digest.js';
import { parseAnswer } from '../fuzz/wire.js';
import { ANY_PORT, silent, testConfig } from '../support/test-cluster.js';
import { ask, askPath, type Question, refused } from './ask.js';
import { jsonOf, problemMistakes } from './contract-answers.js';
import { SMALL, smallPicture } from './small-cluster.js';

let gateway: RunningNode;
let jpeg: Buffer;

beforeAll(async () => {
  const config = await testConfig(SMALL, 1, 'http://127.0.0.1:65535');
  gateway = await startGateway({ config, token: null, log: silent, listen: ANY_PORT });
  jpeg = await smallPicture();
});
afterAll(() => gateway?.stop());

function expectBad(operation: OperationId, question: Question, status = 400) {
  return refused(gateway.address, operation, question, status, status === 413 ? 'DT_BODY_TOO_LARGE' : 'DT_REQUEST');
}

describe('a query that the contract does not allow is refused', () => {
  it.each([
    'wait=-1',
    'wait=abc',
    'wait=',
    'wait=301',
    'wait=NaN',
    'wait=Infinity',
    'wait=1&wait=2',
    'source=E0',
    'source=',
    'source=../e0',
    'output=perhaps',
    'frame=zz-1',
    'deliver=false',
  ])('of a submission: %s', async (query) => {
    const problem = await expectBad('submitFrame', { query, body: ['image/jpeg', jpeg] });
    expect(problem.detail).toContain(query.split('=')[0]);
  });

  it.each(['limit=0', 'limit=201', 'limit=1.5', 'limit=abc', 'limit=', 'state=odd', 'before=1', 'source=%00'])(
    'of a list: %s',
    async (query) => {
      const { errors } = await expectBad('listFrames', { query });
      expect(errors).toHaveLength(1);
    },
  );

  it.each([
    ['listFrames', 'lable=face', 'lable', 'not known: did you mean label?'],
    [
      'listFrames',
      'state=complete,odd',
      'state',
      'expected one of queued, running, finishing, complete, failed, dropped',
    ],
    ['listFrames', 'minScore=1.5', 'minScore', 'expected a number from 0 to 1'],
    ['getCluster', 'x=1', 'x', 'not known: this operation has none'],
    ['getFrameImage', 't=1', 't', 'not known: this operation has width'],
  ] as const)('of %s by name: %s', async (operation, query, name, detail) => {
    const { errors } = await expectBad(operation, { query, path: { frame: 'zz-1' } });
    expect(errors).toEqual([{ in: 'query', name, detail }]);
  });

  it('with each of several mistakes, ten at the most', async () => {
    const query = `limit=0&${Array.from({ length: 20 }, (_, i) => `x${i}=1`).join('&')}`;
    const { errors } = await expectBad('listFrames', { query });
    expect(errors).toHaveLength(10);
    const two = await expectBad('listFrames', { query: 'limit=0&sauce=e0' });
    expect(two.errors?.map(({ name }) => name).sort()).toEqual(['limit', 'sauce']);
    expect(two.detail).toContain('query parameter limit: expected a whole number from 1 to 200');
    expect(two.detail).toContain('query parameter sauce: not known: did you mean source?');
  });

  it('but for health, which probes ask with parameters of their own', async () => {
    for (const path of ['/livez?x=1', '/metrics?x=1', '/openapi.json?x=1']) {
      expect((await askPath(gateway.address, 'GET', path)).status).toBe(200);
    }
  });

  it.each(['nope', 'a-b-c', 'A-1', '%00', '..%2f..%2fetc', `a-${'1'.repeat(13)}`, 'a'.repeat(5_000)])(
    'of a frame: %s',
    async (frame) => {
      for (const operation of ['getFrame', 'deleteFrame', 'getFrameImage', 'getFrameTrace'] as const) {
        await expectBad(operation, { path: { frame } });
      }
    },
  );

  it.each(['-1', '65536', 'x', '1.5', '0x'])('of a tile: %s', async (tile) => {
    const path = { frame: 'zz-1', tile };
    await expectBad('getOverlap', { path, query: 'regions=0:0,0,1,1' });
    await expectBad('returnTask', { path, json: { thief: 'e0', attempt: 1 } });
  });
});

describe('a JSON body that the contract does not allow is refused', () => {
  const steal = { thief: 'e0', sequence: 7 };
  it.each([
    ['a number as text', { ...steal, sequence: '7' }],
    ['a text as number', { ...steal, thief: 7 }],
    ['a number as truth', { ...steal, sequence: true }],
    ['a negative number', { ...steal, sequence: -1 }],
    ['a fraction', { ...steal, sequence: 1.5 }],
    ['more than a safe number', { ...steal, sequence: 2 ** 53 }],
    ['an unknown key', { ...steal, sequenze: 7 }],
    ['a missing key', { thief: 'e0' }],
    ['too long a wait', { ...steal, waitMs: 60_001 }],
    ['null', null],
    ['a list', [steal]],
    ['a text', 'steal'],
  ])('%s', async (_name, json) => {
    const { errors } = await expectBad('stealTask', { json });
    expect(errors?.[0]?.in).toBe('body');
  });

  it.each([
    ['no bytes', ''],
    ['broken', '{"thief":'],
    ['followed by more', '{"thief":"e0","sequence":1} x'],
    ['with a prototype', '{"thief":"e0","sequence":1,"__proto__":{"waitMs":1}}'],
    ['with the prototype of its constructor', '{"thief":"e0","sequence":1,"constructor":{"prototype":{"x":1}}}'],
    ['with an escaped prototype', '{"thief":"e0","sequence":1,"\\u005f_proto__":{"waitMs":1}}'],
    ['nested without end', '['.repeat(100_000)],
  ])('text that is %s', async (_name, text) => {
    await expectBad('stealTask', { body: ['application/json', text] });
    expect(Object.prototype).not.toHaveProperty('waitMs');
  });

  it('of more bytes than any registration has', async () => {
    await expectBad('register', { body: ['application/json', `"${'x'.repeat(9_000_000)}"`] }, 413);
  });

  it.each([
    ['a list of tasks with a strange one', { tasks: [{ frame: 'zz-1', tile: 0, attempt: 1, state: 'odd' }] }],
    ['a frame that is none', { tasks: [{ frame: 'zz', tile: 0, attempt: 1, state: 'queued' }] }],
    ['an unknown key', { surname: 'x' }],
    ['numbers as texts', { pending: '3' }],
    ['an address with a path', { address: 'http://127.0.0.1:1/x' }],
    ['an address with a user', { address: 'http://me@127.0.0.1:1' }],
    ['an address of another scheme', { address: 'file:///etc/passwd' }],
  ])('a registration with %s', async (_name, part) => {
    const counters = { tilesRun: 0, tilesStolen: 0, tilesGiven: 0, tileMs: 0, resultMs: 0, rssBytes: 0 };
    const good = {
      kind: 'device',
      device: 'e0',
      address: 'http://127.0.0.1:1',
      startedAt: 1,
      number: 1,
      protocol: PROTOCOL_VERSION,
    };
    const rest = { model: 'x', plan: 'x', engine: { name: 'x', version: 'x', threads: 1 }, pending: 0 };
    await expectBad('register', { json: { ...good, ...rest, tasks: [], handedOut: [], counters, ...part } });
    const [device] = (await ask(gateway.address, 'getCluster')).json().devices;
    expect(device).toMatchObject({ state: 'expected', lastSeenAt: null });
  });
});

describe('what has no route is refused with a problem', () => {
  it.each([
    ['GET', '/nothing', 404, 'DT_NOT_FOUND'],
    ['GET', '/FRAMES', 404, 'DT_NOT_FOUND'],
    ['PUT', '/frames/', 405, 'DT_METHOD'],
    ['GET', '//frames', 404, 'DT_NOT_FOUND'],
    ['GET', '/frames/%zz', 400, 'DT_REQUEST'],
    ['PATCH', '/frames', 405, 'DT_METHOD'],
    ['POST', '/frames/zz-1', 405, 'DT_METHOD'],
    ['DELETE', '/cluster', 405, 'DT_METHOD'],
    ['OPTIONS', '/openapi.json', 405, 'DT_METHOD'],
    ['GET', `/frames/${'a'.repeat(50_000)}`, 431, 'DT_REQUEST'],
    ['GET', `/frames?before=${'a'.repeat(10_000)}`, 400, 'DT_REQUEST'],
  ])('%s %.40s', async (method, path, status, code) => {
    const reply = await askPath(gateway.address, method, path);
    expect([reply.status, reply.json().code]).toEqual([status, code]);
    expect(problemMistakes(reply)).toEqual([]);
  });

  it('a method that a path does not have, with those that it has', async () => {
    expect((await askPath(gateway.address, 'PATCH', '/frames')).headers.allow).toBe('GET, POST');
    expect((await askPath(gateway.address, 'POST', '/frames/zz-1')).headers.allow).toBe('GET, PUT, DELETE');
  });

  it.each([
    '/docs/static/../../../package.json',
    '/assets/../../package.json',
    '/docs/../cluster',
    '/livez/../cluster',
  ])('a way around: %s', async (path) => {
    // Neither supertest nor fetch sends such a path as it is.
    const [response] = await once(get({ host: '127.0.0.1', port: new URL(gateway.address).port, path }), 'response');
    expect([403, 404]).toContain(response.statusCode);
    response.resume();
  });

  it.each([
    ['what is no HTTP', 'HELLO\r\n\r\n', 400],
    ['a request to no host', 'GET /livez HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
    ['an unknown expectation', 'GET /livez HTTP/1.1\r\nhost: x\r\nexpect: rain\r\n\r\n', 417],
  ])('%s', async (_name, request, status) => {
    const socket = connect(Number(new URL(gateway.address).port), '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.end(request);
    await once(socket, 'close');
    const { mediaType, body, ...answer } = parseAnswer(Buffer.concat(chunks));
    expect(answer.status).toBe(status);
    expect(problemMistakes({ status, mediaType, bytes: body })).toEqual([]);
    expect(jsonOf({ bytes: body }).code).toBe('DT_REQUEST');
  });

  it('is counted', async () => {
    const metrics = new TextDecoder().decode((await ask(gateway.address, 'getMetrics')).bytes);
    for (const code of ['DT_NOT_FOUND', 'DT_METHOD', 'DT_REQUEST', 'DT_BODY_TOO_LARGE']) {
      expect(metrics).toMatch(new RegExp(`deepthings_refused_total\\{code="${code}",[^}]*\\} [1-9]`));
    }
  });

  it('and nothing of it was the gateway’s own fault', async () => {
    const metrics = new TextDecoder().decode((await ask(gateway.address, 'getMetrics')).bytes);
    expect(metrics).not.toContain('DT_INTERNAL');
  });
});
