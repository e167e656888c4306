import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { createClient, type DeepThingsClient } from '../../client/client.js';
import { createUndiciTransport } from '../../client/undici-transport.js';
import { type Submission, submitPatiently } from '../../server/cli/submit/submit-patiently.js';
import { aCluster, aDevice, aFrame } from '../dashboard/contract-examples.js';

let server: Server | undefined;
const { transport, close } = createUndiciTransport();
afterAll(close);
afterEach(async () => {
  server?.closeAllConnections();
  if (server?.listening) await once(server.close(), 'close');
});

/** A gateway that does these things with one submission after another. @returns a client, and the keys that came. */
async function gatewayThat(...does: ((request: IncomingMessage, response: ServerResponse) => void)[]) {
  const keys: unknown[] = [];
  server = createServer((request, response) => {
    keys.push(request.headers['idempotency-key']);
    const next = does.shift()!;
    request.resume().once('end', () => next(request, response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { client: createClient({ baseUrl, transport }), keys };
}

function submit(client: DeepThingsClient, waitSeconds = 30, more: Partial<Submission> = {}) {
  const body = { mediaType: 'image/jpeg', bytes: new Uint8Array(3) };
  return submitPatiently(client, { body, query: {}, waitSeconds, ...more });
}

const breaks = (request: IncomingMessage) => request.socket.destroy();
const answers = (_request: IncomingMessage, response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(aFrame(1)));
};
const refuses = (status: number, code: string, detail: string) => {
  return (_request: IncomingMessage, response: ServerResponse) => {
    const problem = { type: 'about:blank', title: 'No', status, code, detail };
    response
      .writeHead(status, { 'content-type': 'application/problem+json', 'retry-after': '0' })
      .end(JSON.stringify(problem));
  };
};
const isFull = refuses(429, 'DT_OVERLOADED', 'full');

describe('submitting', () => {
  it('is repeated under the same key where the connection broke or there was no room', async () => {
    const { client, keys } = await gatewayThat(breaks, isFull, breaks, answers);
    expect((await submit(client)).id).toBe(aFrame(1).id);
    expect(keys).toHaveLength(4);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is repeated also by who does not wait for detections', async () => {
    const { client } = await gatewayThat(breaks, answers);
    expect((await submit(client, 0)).id).toBe(aFrame(1).id);
  });

  it('has a key of its own for each picture', async () => {
    const { client, keys } = await gatewayThat(answers, answers);
    await submit(client);
    await submit(client);
    expect(new Set(keys).size).toBe(2);
  });

  it('fails at once where there is no gateway and no time to wait', async () => {
    const { client } = await gatewayThat();
    await once(server!.close(), 'close');
    await expect(submit(client, 0)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('what a submission waits for is said at once', () => {
  it.each([
    ['a device', refuses(503, 'DT_NO_DEVICE', 'none'), 'device', /^no device is registered yet$/],
    [
      'its device',
      refuses(503, 'DT_SOURCE_NOT_LIVE', 'device e1 is not live now'),
      'device',
      /^device e1 is not live now$/,
    ],
    ['room', isFull, 'room', /^the cluster has no room: full/],
    ['the gateway', refuses(503, 'DT_DRAINING', 'the gateway is being drained'), 'gateway', /is being drained/],
  ])('%s', async (_what, refusal, kind, text) => {
    const onWaiting = vi.fn();
    const { client } = await gatewayThat(refusal, refusal, answers);
    await submit(client, 30, { onWaiting });
    expect(onWaiting.mock.calls).toEqual([
      [{ kind, text: expect.stringMatching(text) }, expect.any(Number)],
      [null, expect.any(Number)],
    ]);
    expect(onWaiting.mock.calls[0]![1]).toBeGreaterThan(28);
  });

  it.each([
    ['a device', aDevice('e1', { state: 'expected' }), 'no device is registered yet: e1 is expected'],
    [
      'devices that are there and cannot be reached',
      aDevice('e1', { state: 'live' }),
      'the cluster is not ready: e1 is away',
    ],
  ])('%s, while the gateway holds the answer', async (_what, device, text) => {
    let found = (): void => {};
    const notReady = refuses(503, 'DT_NOT_READY', 'e1 is away');
    server = createServer((request, response) => {
      const json = (body: object) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      if (request.url === '/cluster') json(aCluster([device]));
      else if (request.url === '/readyz') notReady(request, response);
      else {
        found = () => json(aFrame(1));
        request.resume();
      }
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = createClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, transport });
    const onWaiting = vi.fn();
    const submitted = submit(client, 30, { onWaiting });
    await vi.waitUntil(() => onWaiting.mock.calls.length > 0, { timeout: 10_000 });
    found();
    await submitted;
    expect(onWaiting.mock.calls.map(([reason]) => reason?.text ?? null)).toEqual([text, null]);
  });

  it('a gateway that is not there yet', async () => {
    const { client } = await gatewayThat();
    const { port } = server!.address() as AddressInfo;
    await once(server!.close(), 'close');
    const texts: unknown[] = [];
    const onWaiting: Submission['onWaiting'] = (reason) => {
      texts.push(reason?.text ?? null);
      if (reason !== null) server = createServer(answers).listen(port, '127.0.0.1');
    };
    await submit(client, 30, { onWaiting });
    expect(texts).toEqual([expect.stringMatching(/^cannot reach the gateway at .*deepthings up/), null]);
  });

  it('until it is told to stop', async () => {
    const stop = new AbortController();
    const { client } = await gatewayThat(...Array.from({ length: 9 }, () => isFull));
    await expect(submit(client, 30, { onWaiting: () => stop.abort(), signal: stop.signal })).rejects.toThrow();
  });
});
