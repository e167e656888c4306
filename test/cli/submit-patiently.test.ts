import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createClient, type DeepThingsClient } from '../../client/client.js';
import { createUndiciTransport } from '../../client/undici-transport.js';
import { submitPatiently } from '../../server/cli/submit/submit-patiently.js';
import { aFrame } from '../dashboard/contract-examples.js';

let server: Server | undefined;
const { transport, close } = createUndiciTransport();
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

function submit(client: DeepThingsClient, waitSeconds = 30) {
  return submitPatiently(client, { body: { mediaType: 'image/jpeg', bytes: new Uint8Array(3) }, waitSeconds });
}

const breaks = (request: IncomingMessage) => request.socket.destroy();
const answers = (_request: IncomingMessage, response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(aFrame(1)));
};
const isFull = (_request: IncomingMessage, response: ServerResponse) => {
  const problem = { type: 'about:blank', title: 'No', status: 429, code: 'DT_OVERLOADED', detail: 'full' };
  response
    .writeHead(429, { 'content-type': 'application/problem+json', 'retry-after': '0' })
    .end(JSON.stringify(problem));
};

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

  it('fails at once where there is no gateway', async () => {
    const { client } = await gatewayThat();
    await once(server!.close(), 'close');
    await expect(submit(client)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await close();
  });
});
