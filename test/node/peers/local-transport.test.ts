import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { bodyDigest, DIGEST_HEADER } from '../../../client/body-digest.js';
import { localTransport } from '../../../server/node/peers/local-transport.js';

function node() {
  const app = Fastify();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.put('/echo/:name', async (request, reply) => {
    const { headers, params, query } = request;
    const facts = { ...(params as object), ...(query as object), digest: headers[DIGEST_HEADER], host: headers.host };
    return reply.header('facts', JSON.stringify(facts)).type('application/octet-stream').send(request.body);
  });
  app.get('/held', () => new Promise<never>(() => {}));
  return localTransport(app);
}

describe('localTransport', () => {
  it('carries bytes, path and query there and back, with the digest of the body', async () => {
    const body = new Uint8Array([0, 255, 13, 10]);
    const answer = await node()({
      method: 'PUT',
      url: 'http://10.0.0.7:8080/echo/a%20b?stage=2',
      headers: { 'content-type': 'application/octet-stream' },
      body,
      timeoutMs: 5_000,
    });
    expect(answer.status).toBe(200);
    expect(answer.bytes).toEqual(body);
    expect(JSON.parse(answer.header('facts')!)).toEqual({
      name: 'a b',
      stage: '2',
      digest: bodyDigest(body),
      host: '127.0.0.1',
    });
    expect(answer.header('nothing')).toBeNull();
  });

  it('says what the node says of a request that it does not know', async () => {
    const answer = await node()({ method: 'GET', url: 'http://gateway/nowhere', headers: {}, timeoutMs: 5_000 });
    expect(answer.status).toBe(404);
  });

  it('ends with its signal, and after its time', async () => {
    const held = { method: 'GET', url: 'http://gateway/held', headers: {} };
    const stop = new AbortController();
    const cancelled = node()({ ...held, timeoutMs: 60_000, signal: stop.signal });
    stop.abort();
    await expect(cancelled).rejects.toThrow(/abort/i);
    await expect(node()({ ...held, timeoutMs: 20 })).rejects.toThrow(/abort/i);
  });
});
