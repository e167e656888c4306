import { describe, expect, it } from 'vitest';
import { type CallOptions, createClient, type OperationId } from '../../client/client.js';
import { ProblemError } from '../../client/problem-error.js';
import type { Transport, TransportRequest } from '../../client/transport.js';

interface Scripted {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** A client over a transport that answers what it is told, and keeps what it was asked. */
function scripted({ status = 200, headers = {}, body = '' }: Scripted = {}, baseUrl = 'http://node:1') {
  const asked: TransportRequest[] = [];
  const transport: Transport = async (request) => {
    asked.push(request);
    return { status, header: (name) => headers[name] ?? null, bytes: new TextEncoder().encode(body) };
  };
  return { asked, client: createClient({ baseUrl, transport, token: 'secret' }) };
}

async function urlOf<K extends OperationId>(operation: K, options: CallOptions<K>, baseUrl?: string): Promise<string> {
  const { asked, client } = scripted({}, baseUrl);
  // What is answered is not what the operation declares.
  await client.call(operation, options).catch(() => {});
  return asked[0]!.url;
}

const problem = (facts: object) => ({
  status: 429,
  headers: { 'content-type': 'application/problem+json; charset=utf-8', 'retry-after': '3' },
  body: JSON.stringify(facts),
});
const GOOD = { type: 'about:blank', title: 'Too Many', status: 429, code: 'DT_OVERLOADED', detail: 'come back' };

describe('what the client asks', () => {
  it('is at the operation’s path, whatever the origin ends with', async () => {
    expect(await urlOf('getFrameTrace', { path: { frame: 'a-1' } })).toBe('http://node:1/frames/a-1/trace');
    expect(await urlOf('getPlan', {}, 'http://node:1//')).toBe('http://node:1/plan');
    expect(await urlOf('getPlan', {}, '')).toBe('/plan');
  });

  it.each([
    ['a/b', 'a%2Fb'],
    ['a?b#c', 'a%3Fb%23c'],
    ['../plan', '..%2Fplan'],
    ['ü %', '%C3%BC%20%25'],
    ['...', '...'],
  ])('has %s in the path as one segment', async (frame, segment) => {
    const url = await urlOf('getFrame', { path: { frame } });
    expect(url).toBe(`http://node:1/frames/${segment}`);
    expect(new URL(url).pathname).toBe(`/frames/${segment}`);
  });

  it.each(['', '.', '..'])('cannot have "%s" in the path: it would lead elsewhere', async (frame) => {
    const { asked, client } = scripted();
    await expect(client.call('getFrame', { path: { frame } })).rejects.toThrow(TypeError);
    await expect(client.call('getFrame', {})).rejects.toThrow('"frame"');
    expect(asked).toEqual([]);
  });

  it('has in the query what was given, encoded', async () => {
    const query = { source: 'e0', wait: 0, output: false, members: undefined };
    expect(await urlOf('submitFrame', { query })).toBe('http://node:1/frames?source=e0&wait=0&output=false');
    const region = await urlOf('getFrameInput', { path: { frame: 'a-1' }, query: { region: '0,0,1,1' } });
    expect(new URL(region).searchParams.get('region')).toBe('0,0,1,1');
    expect(await urlOf('listFrames', { query: {} })).toBe('http://node:1/frames');
  });

  it('carries the token and the type of its body', async () => {
    const { asked, client } = scripted();
    const calls = [
      client.call('returnTask', { path: { frame: 'a-1', tile: 2 }, json: { thief: 'e1', attempt: 1 } }),
      client.call('pushTask', { body: { mediaType: 'application/octet-stream', bytes: Uint8Array.of(1) } }),
      client.call('getLive'),
    ];
    await Promise.allSettled(calls);
    expect(asked.map(({ method, headers, body }) => [method, headers['content-type'], body])).toEqual([
      ['POST', 'application/json', '{"thief":"e1","attempt":1}'],
      ['POST', 'application/octet-stream', Uint8Array.of(1)],
      ['GET', undefined, undefined],
    ]);
    expect(asked.every(({ headers }) => headers.authorization === 'Bearer secret')).toBe(true);
  });
});

describe('what the client is answered', () => {
  it('is JSON where it is, and bytes always', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    const answer = await scripted({ headers, body: '{"status":"ok","role":"edge"}' }).client.call('getLive');
    expect(answer.json).toEqual({ status: 'ok', role: 'edge' });
    const empty = await scripted({ status: 204 }).client.call('stealTask', { json: { thief: 'e1', sequence: 1 } });
    expect([empty.status, empty.json, empty.mediaType, empty.bytes.byteLength]).toEqual([204, undefined, null, 0]);
  });

  const html = { 'content-type': 'text/html' };
  const json = { 'content-type': 'application/json' };
  it.each<[string, Scripted, string]>([
    ['a login page', { headers: html, body: '<title>Sign in</title>' }, 'Sign in'],
    ['a login page that says it is JSON', { headers: json, body: '<title>Sign in</title>' }, 'Sign in'],
    ['JSON cut short', { headers: json, body: '{"status":"o' }, 'expected JSON'],
    ['a redirect', { status: 302, headers: { location: 'http://portal/' } }, '302'],
    ['nothing', { status: 204 }, '204'],
    ['another status', { status: 202, headers: json, body: '{}' }, '202'],
    ['no type', { body: '{"status":"ok","role":"edge"}' }, 'without a type'],
  ])('is no answer when it is %s', async (_name, answer, says) => {
    const refused = await scripted(answer)
      .client.call('getLive')
      .catch((error) => error);
    expect(refused).toMatchObject({ name: 'AnswerError', code: 'DT_ANSWER', status: answer.status ?? 200 });
    expect(refused.message).toContain(says);
  });

  it('shows no control characters of what came in its place', async () => {
    const answer = { headers: html, body: '\u001b[2J\u0007<title>' };
    await expect(scripted(answer).client.call('getLive')).rejects.toThrow(/^[\x20-\x7e…]+$/);
  });

  it('is an error with its code when it is a problem, and with when to come back', async () => {
    const refused = await scripted(problem(GOOD))
      .client.call('getPlan')
      .catch((error) => error);
    expect(refused).toBeInstanceOf(ProblemError);
    expect(refused).toMatchObject({ status: 429, code: 'DT_OVERLOADED', message: 'come back', retryAfterSeconds: 3 });
    expect(refused.problem).toEqual(GOOD);
  });

  it.each([
    ['HTML of a proxy', { status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad Gateway</h1>' }],
    ['nothing', { status: 502 }],
    ['JSON that is no problem', { status: 502, headers: { 'content-type': 'application/json' }, body: '{"error":1}' }],
    ['a problem cut short', { ...problem(GOOD), status: 502, body: '{"type":"about' }],
    ['a problem without code', { ...problem({ title: 'Bad Gateway', status: 502 }), status: 502 }],
    ['a problem that is no object', { ...problem([]), status: 502, body: 'null' }],
  ])('is an error with the status when it is %s', async (_name, answer) => {
    const refused = await scripted(answer)
      .client.call('getPlan')
      .catch((error) => error);
    expect(refused).toBeInstanceOf(ProblemError);
    expect(refused).toMatchObject({ status: 502, code: 'DT_ANSWER' });
  });

  it('has the status of the answer, not the one that a document claims', async () => {
    const refused = await scripted({ ...problem(GOOD), status: 503 })
      .client.call('getPlan')
      .catch((error) => error);
    expect(refused).toMatchObject({ status: 503, problem: { status: 503 } });
  });

  it.each(['Wed, 21 Oct 2026 07:28:00 GMT', 'soon', undefined])(
    'says nothing of when to come back for "%s"',
    async (after) => {
      const headers = {
        ...problem(GOOD).headers,
        ...(after === undefined ? { 'retry-after': undefined } : { 'retry-after': after }),
      };
      const answer = { ...problem(GOOD), headers: headers as Record<string, string> };
      const refused = await scripted(answer)
        .client.call('getPlan')
        .catch((error) => error);
      expect(refused.retryAfterSeconds).toBeNull();
    },
  );
});
