import { getEventListeners, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TransportRequest } from '../../client/transport.js';
import { createUndiciTransport, type UndiciTransport } from '../../client/undici-transport.js';

let server: Server;
let origin: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let undici: UndiciTransport;

beforeEach(async () => {
  answer = (_request, response) => response.end('here');
  server = createServer((request, response) => {
    request.resume().once('end', () => answer(request, response));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  undici = createUndiciTransport();
});
afterEach(async () => {
  await undici.close();
  server.closeAllConnections();
  await once(server.close(), 'close');
});

const ask = (request: Partial<TransportRequest> = {}) =>
  undici.transport({ method: 'GET', url: `${origin}/`, headers: {}, timeoutMs: 10_000, ...request });

const textOf = async (asked: ReturnType<typeof ask>) => new TextDecoder().decode((await asked).bytes);

describe('an exchange', () => {
  it('carries method, path, query, headers and body there, and status, headers and body back', async () => {
    answer = (request, response) => {
      response.setHeader('x-many', ['one', 'two']);
      response
        .writeHead(201, { 'retry-after': '3' })
        .end(`${request.method} ${request.url} ${request.headers['x-it']}`);
    };
    const got = await ask({ method: 'PUT', url: `${origin}/a%2Fb?x=1&y=2`, headers: { 'x-it': 'is' }, body: 'body' });
    expect([got.status, new TextDecoder().decode(got.bytes)]).toEqual([201, 'PUT /a%2Fb?x=1&y=2 is']);
    expect([got.header('retry-after'), got.header('x-many'), got.header('x-none')]).toEqual(['3', 'one', null]);
  });

  it('brings bytes as they are', async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7) & 255);
    answer = (_request, response) => response.end(bytes);
    expect(Buffer.from((await ask()).bytes).equals(bytes)).toBe(true);
  });

  it('goes by the answer, not by informational ones before it, nor by trailers behind it', async () => {
    answer = (_request, response) => {
      response.writeProcessing();
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      response.writeHead(200, { 'x-it': 'is', trailer: 'x-late' }).write('in ');
      response.addTrailers({ 'x-late': 'late' });
      response.end('pieces');
    };
    const got = await ask();
    expect([got.status, new TextDecoder().decode(got.bytes)]).toEqual([200, 'in pieces']);
    expect([got.header('x-it'), got.header('link'), got.header('x-late')]).toEqual(['is', null, null]);
  });

  it('has bytes of its own memory, however few', async () => {
    answer = (_request, response) => response.end('abc');
    const { bytes } = await ask();
    expect([bytes.byteOffset, bytes.buffer.byteLength, Buffer.isBuffer(bytes)]).toEqual([0, 3, false]);
    answer = (_request, response) => response.writeHead(204).end();
    expect((await ask()).bytes.byteLength).toBe(0);
  });

  it('is refused when nobody listens', async () => {
    const port = (server.address() as AddressInfo).port;
    await once(server.close(), 'close');
    await expect(ask({ url: `http://127.0.0.1:${port}/` })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    server.listen(0);
  });
});

describe('a body', () => {
  it('that is sent carries its digest; a request without one has none', async () => {
    answer = (request, response) => response.end(request.headers['deepthings-digest'] ?? 'none');
    // The check value of CRC-32 in every catalogue of such codes.
    expect(await textOf(ask({ method: 'PUT', body: '123456789' }))).toBe('crc32=cbf43926');
    expect(await textOf(ask({ method: 'PUT', body: new TextEncoder().encode('a') }))).toBe('crc32=e8b7be43');
    expect(await textOf(ask())).toBe('none');
  });

  it('that comes is refused when a bit of it has flipped', async () => {
    answer = (_request, response) =>
      response.writeHead(200, { 'deepthings-digest': 'crc32=cbf43926' }).end('123456788');
    await expect(ask()).rejects.toMatchObject({ name: 'DigestError', message: expect.stringContaining('9 bytes') });
    answer = (_request, response) =>
      response.writeHead(200, { 'deepthings-digest': 'crc32=cbf43926' }).end('123456789');
    expect(await textOf(ask())).toBe('123456789');
  });

  it('of tensors is refused without a digest, even if whoever sent it knows of none; another is taken', async () => {
    answer = (_request, response) => response.writeHead(200, { 'content-type': 'application/octet-stream' }).end('it');
    await expect(ask()).rejects.toMatchObject({ name: 'DigestError' });
    answer = (_request, response) => response.writeHead(200, { 'content-type': 'image/jpeg' }).end('it');
    expect(await textOf(ask())).toBe('it');
  });
});

describe('an exchange that takes too long', () => {
  it.each([
    ['no answer comes', () => {}],
    [
      'only the head comes',
      (_: IncomingMessage, response: ServerResponse) => void response.writeHead(200).flushHeaders(),
    ],
    ['the answer stops midway', (_: IncomingMessage, response: ServerResponse) => void response.write('half')],
  ])('ends in time: %s', async (_name, slowly) => {
    answer = slowly;
    await expect(ask({ timeoutMs: 50 })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('does not keep others waiting', async () => {
    answer = (request, response) => void (request.url === '/quick' && response.end('quick'));
    const slow = expect(ask({ timeoutMs: 100 })).rejects.toThrow('100 ms');
    expect(await textOf(ask({ url: `${origin}/quick` }))).toBe('quick');
    await slow;
    expect(await textOf(ask({ url: `${origin}/quick` }))).toBe('quick');
  });
});

describe('an exchange that is aborted', () => {
  it.each(['before it begins', 'before an answer', 'midway'])('is rejected with the reason: %s', async (when) => {
    const stop = new AbortController();
    const reason = new Error('the node stops');
    if (when === 'before it begins') stop.abort(reason);
    answer = (_request, response) => {
      if (when === 'midway') response.write('half');
      setImmediate(() => stop.abort(reason));
    };
    await expect(ask({ signal: stop.signal })).rejects.toBe(reason);
  });

  it('ends at once while it waits for a connection, and is not sent', async () => {
    await undici.close();
    undici = createUndiciTransport({ connectionsPerOrigin: 1 });
    const seen: (string | undefined)[] = [];
    const held = new Promise<ServerResponse>((resolve) => {
      answer = ({ url }, response) => {
        seen.push(url);
        if (url === '/first') resolve(response);
        else response.end();
      };
    });
    const first = ask({ url: `${origin}/first` });
    const response = await held;
    const stop = new AbortController();
    const aborted = ask({ url: `${origin}/aborted`, signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    await expect(ask({ url: `${origin}/late`, timeoutMs: 20 })).rejects.toMatchObject({ name: 'TimeoutError' });
    response.end('first');
    expect(await textOf(first)).toBe('first');
    await ask({ url: `${origin}/last` });
    expect(seen).toEqual(['/first', '/last']);
  });

  it('leaves the connection pool fit for the next', async () => {
    for (let i = 0; i < 20; i++) {
      const stop = new AbortController();
      answer = () => stop.abort();
      await expect(ask({ signal: stop.signal })).rejects.toMatchObject({ name: 'AbortError' });
    }
    answer = (_request, response) => response.end('still here');
    expect(await textOf(ask())).toBe('still here');
  });
});

describe('a signal that lives as long as the node', () => {
  it('gathers nothing, however many exchanges it could have ended', async () => {
    const stop = new AbortController();
    for (let i = 0; i < 100; i++) {
      await Promise.all(Array.from({ length: 10 }, () => ask({ signal: stop.signal })));
    }
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0);
  });

  it('gathers nothing from those that fail either, and nobody takes many at once for a leak', async () => {
    const warned = vi.fn();
    process.on('warning', warned);
    const stop = new AbortController();
    answer = () => {};
    const failing = Array.from({ length: 20 }, () => ask({ signal: stop.signal, timeoutMs: 20 }).catch(() => 'failed'));
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(20);
    expect(new Set(await Promise.all(failing))).toEqual(new Set(['failed']));
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0);
    process.off('warning', warned);
    expect(warned).not.toHaveBeenCalled();
  });
});

describe('the transport', () => {
  it('refuses an answer that is larger than it may be', async () => {
    const small = createUndiciTransport({ answerBytes: 1_000 });
    answer = (_request, response) => response.end(Buffer.alloc(2_000));
    const asked = small.transport({ method: 'GET', url: `${origin}/`, headers: {}, timeoutMs: 10_000 });
    await expect(asked).rejects.toMatchObject({ code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE' });
    await small.close();
  });

  it('keeps as many connections to one node as it may, and uses them again', async () => {
    let connections = 0;
    server.on('connection', () => connections++);
    await undici.close();
    undici = createUndiciTransport({ connectionsPerOrigin: 3 });
    for (let i = 0; i < 4; i++) await Promise.all(Array.from({ length: 9 }, () => ask()));
    expect(connections).toBe(3);
  });

  it('rejects what is under way when it is closed', async () => {
    answer = () => void undici.close();
    await expect(ask()).rejects.toMatchObject({ code: expect.stringMatching(/^UND_ERR_(DESTROYED|CLOSED)$/) });
  });
});
