import { gunzipSync } from 'node:zlib';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyDigest, DIGEST_HEADER } from '../../../client/body-digest.js';
import { sendDigests } from '../../../server/node/bodies/body-digests.js';
import { NODE_HEADER } from '../../../server/node/contract/node-header.js';
import { compressAnswers } from '../../../server/node/http/compressed-answers.js';

const LONG = { frames: Array.from({ length: 200 }, (_, index) => ({ id: `zz-${index}`, label: 'Käse' })) };
const TEXT = JSON.stringify(LONG);
const BROWSER = { 'accept-encoding': 'gzip, deflate' };

let app: FastifyInstance;
beforeAll(() => {
  app = Fastify();
  sendDigests(app);
  compressAnswers(app);
  app.get('/long', async () => LONG);
  app.get('/short', async () => ({ frames: [] }));
  app.get('/work', { config: { isWork: true } }, async () => LONG);
  app.get('/text', async (_request, reply) => reply.type('text/plain').send(TEXT));
  app.get('/bytes', async (_request, reply) => reply.type('application/json').send(Buffer.from(TEXT)));
});
afterAll(() => app.close());

const get = (url: string, headers: Record<string, string>) => app.inject({ url, headers });

describe('a long JSON answer', () => {
  it.each(['gzip', 'gzip, deflate, br', 'br;q=1.0, gzip;q=0.5', '*'])('is compressed for "%s"', async (accepted) => {
    const { headers, rawPayload } = await get('/long', { 'accept-encoding': accepted });
    expect(headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-length': String(rawPayload.byteLength),
      'content-type': 'application/json; charset=utf-8',
      vary: 'accept-encoding',
    });
    expect(gunzipSync(rawPayload).toString()).toBe(TEXT);
    expect(rawPayload.byteLength).toBeLessThan(TEXT.length / 5);
  });

  it('has the digest of what a client reads', async () => {
    expect((await get('/long', BROWSER)).headers[DIGEST_HEADER]).toBe(bodyDigest(TEXT));
  });

  it.each(['', 'identity', 'br', 'gzip;q=0'])('is left as it is for "%s"', async (accepted) => {
    const { headers, payload } = await get('/long', { 'accept-encoding': accepted });
    expect(headers).not.toHaveProperty('content-encoding');
    expect(headers.vary).toBe('accept-encoding');
    expect(payload).toBe(TEXT);
  });

  it('has the same headers for HEAD', async () => {
    const [whole, head] = [
      await get('/long', BROWSER),
      await app.inject({ method: 'HEAD', url: '/long', headers: BROWSER }),
    ];
    for (const name of ['content-encoding', 'content-length', 'vary'])
      expect(head.headers[name]).toBe(whole.headers[name]);
    expect(head.payload).toBe('');
  });
});

describe('is never compressed', () => {
  it.each<[string, string, Record<string, string>]>([
    ['an answer of an operation between nodes', '/work', {}],
    ['an answer to a node', '/long', { [NODE_HEADER]: 'e0' }],
    ['a short answer', '/short', {}],
    ['a text', '/text', {}],
    ['bytes', '/bytes', {}],
  ])('%s', async (_name, url, headers) => {
    const answer = await get(url, { ...BROWSER, ...headers });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).not.toHaveProperty('content-encoding');
    expect(answer.headers).not.toHaveProperty('vary');
  });
});
