import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createUndiciTransport } from '../../../client/undici-transport.js';
import { startRelay } from '../../../server/evaluation/hosts/relay.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function relayTo(port: number) {
  const folder = mkdtempSync(join(tmpdir(), 'deepthings-relay-'));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'node.sock');
  const relay = await startRelay([{ path, host: '127.0.0.1', port }]);
  closing.push(() => relay.close());
  const { transport, close } = createUndiciTransport({ socketPath: path });
  closing.push(close);
  return (body?: Uint8Array) =>
    transport({
      method: 'POST',
      url: 'http://198.18.0.10:8080/x',
      headers: {},
      body,
      timeoutMs: 10_000,
      signal: undefined,
    });
}

it('passes requests and answers on as they are', async () => {
  const server = createServer((request, response) => void request.pipe(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  const ask = await relayTo((server.address() as AddressInfo).port);
  const sent = new Uint8Array(3 * 2 ** 20).map((_, i) => i % 251);
  const { status, bytes } = await ask(sent);
  expect(status).toBe(200);
  expect(Buffer.from(bytes).equals(sent)).toBe(true);
});

it('ends a connection that leads nowhere', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  const ask = await relayTo(port);
  await expect(ask()).rejects.toThrow();
});

it('says when a socket cannot be made, such as one that another relay left', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'deepthings-relay-'));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  const route = { path: join(folder, 'node.sock'), host: '127.0.0.1', port: 1 };
  const relay = await startRelay([route]);
  closing.push(() => relay.close());
  await expect(startRelay([route])).rejects.toThrow(/EADDRINUSE/);
});
