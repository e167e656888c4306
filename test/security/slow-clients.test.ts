import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../client/generated/operations.js';
import { listen } from '../../server/node/http/listen.js';
import { createNodeApp, type HttpBounds } from '../../server/node/http/node-app.js';
import { createMetrics } from '../../server/node/observe/metrics.js';
import { RefusedCallers } from '../../server/node/problems/refused-callers.js';
import { askPath } from '../node/ask.js';
import { ANY_PORT, silent, waitUntil } from '../support/test-cluster.js';

const PICTURE_BYTES = 1024 * 1024;

let app: Awaited<ReturnType<typeof createNodeApp>>;
let port: number;
let sockets: Socket[];
let handled: number;

async function start(bounds: Partial<HttpBounds>): Promise<void> {
  const count = async () => {
    handled++;
    return {};
  };
  app = await createNodeApp({
    refused: new RefusedCallers({ log: silent, nowMs: () => 0 }),
    role: 'gateway',
    handlers: Object.fromEntries(Object.keys(OPERATIONS).map((operation) => [operation, count])),
    ...{
      token: null,
      tls: null,
      log: silent,
      metrics: createMetrics({ role: 'gateway', node: 'gateway' }),
      hosts: [],
      bounds,
    },
    ...{ pictureBytes: PICTURE_BYTES, tensorBytes: 1024 },
  });
  port = await listen(app, ANY_PORT);
}

beforeEach(() => {
  sockets = [];
  handled = 0;
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await app.close();
});

/** A connection on which that was sent, and all that came back. */
function send(text: string): { readonly socket: Socket; answer(): string } {
  const socket = connect(port, '127.0.0.1', () => socket.write(text));
  let answer = '';
  socket.on('data', (chunk) => {
    answer += String(chunk);
  });
  socket.on('error', () => {});
  sockets.push(socket);
  return { socket, answer: () => answer };
}

const upload = (length: number | null) =>
  `POST /frames HTTP/1.1\r\nhost: localhost\r\ncontent-type: image/jpeg\r\n${
    length === null ? 'transfer-encoding: chunked' : `content-length: ${length}`
  }\r\n\r\n`;

describe('a client that trickles', () => {
  it.each([
    ['its headers', 'GET /livez HTTP/1.1\r\nhost: localhost\r\nx: '],
    ['its body', upload(1000)],
    ['a body of unknown length', `${upload(null)}1\r\n`],
  ])('%s is cut off, however often it sends a byte', async (_what, text) => {
    await start({ headersMs: 200, requestMs: 300, checkMs: 50 });
    const { socket, answer } = send(text);
    const trickle = setInterval(() => socket.write('x'), 20);
    // Not `once` of node:events: that fails where a write meets the reset.
    await new Promise((closed) => socket.once('close', closed));
    clearInterval(trickle);
    expect(answer()).toMatch(/^HTTP\/1\.1 (408|400) /);
    expect(handled).toBe(0);
  });

  it('nothing at all is cut off as well', async () => {
    await start({ headersMs: 200, requestMs: 300, checkMs: 50 });
    await once(send('').socket, 'close');
  });
});

it('more connections than may be are closed at once, and others get through when these go', async () => {
  await start({ connections: 3 });
  const held = [send(''), send(''), send('')];
  await Promise.all(held.map(({ socket }) => once(socket, 'connect')));
  await once(send('').socket, 'close');
  held[0]!.socket.destroy();
  await waitUntil(async () => {
    const { status } = await askPath(`http://127.0.0.1:${port}`, 'GET', '/livez').catch(() => ({ status: 0 }));
    return status === 200;
  });
});

const JSON_HEAD = 'POST /register HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';

describe('bodies that are arriving', () => {
  const statusOf = (text: string) => /^HTTP\/1\.1 (\d+)/.exec(text)?.[1];

  it('cost nothing by what they announce: a client that sends no more than a byte keeps nobody out', async () => {
    await start({});
    const uploads = Array.from({ length: 40 }, (_, i) => send(`${upload(i % 2 === 0 ? PICTURE_BYTES : null)}1`));
    await Promise.all(uploads.map(({ socket }) => once(socket, 'connect')));
    const body = ['image/jpeg', Buffer.alloc(PICTURE_BYTES)] as const;
    expect((await askPath(`http://127.0.0.1:${port}`, 'POST', '/frames', { body })).status).toBe(200);
    expect(uploads.filter(({ answer }) => answer() !== '')).toEqual([]);
  });

  it.each([
    ['pictures of the largest size', upload(PICTURE_BYTES), PICTURE_BYTES],
    ['pictures that do not say how large they are', upload(null), PICTURE_BYTES],
    ['JSON', `${JSON_HEAD}content-length: ${8 * 2 ** 20}\r\n\r\n`, 8 * 2 ** 20],
  ])('%s are bounded by what has arrived: more are told to come back', async (_name, head, bytes) => {
    await start({});
    const isChunked = head.includes('chunked');
    const uploads = Array.from({ length: 12 }, () => send(isChunked ? `${head}${bytes.toString(16)}\r\n` : head));
    await Promise.all(uploads.map(({ socket }) => once(socket, 'connect')));
    for (const { socket } of uploads) socket.write(Buffer.alloc(bytes - 1, '1'));
    await waitUntil(() => uploads.some(({ answer }) => statusOf(answer()) === '429'));
    const refused = uploads.filter(({ answer }) => answer() !== '');
    expect(refused[0]!.answer()).toMatch(/retry-after: 1\r\n/i);
    expect(refused[0]!.answer()).toContain('DT_UPLOADS');
    // Those that hang up leave their room to others.
    for (const { socket } of uploads) socket.destroy();
    await waitUntil(async () => {
      const body = ['image/jpeg', Buffer.alloc(10)] as const;
      return (await askPath(`http://127.0.0.1:${port}`, 'POST', '/frames', { body })).status === 200;
    });
  });

  it('leave their room when they have arrived', async () => {
    await start({});
    for (let i = 0; i < 20; i++) {
      const body = ['image/jpeg', Buffer.alloc(PICTURE_BYTES)] as const;
      expect((await askPath(`http://127.0.0.1:${port}`, 'POST', '/frames', { body })).status).toBe(200);
    }
  });
});
