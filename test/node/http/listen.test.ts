import { createServer } from 'node:https';
import Fastify from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { startEdge } from '../../../server/edge/edge-node.js';
import { startGateway } from '../../../server/gateway/gateway-node.js';
import { isLoopback, listen, requireToken } from '../../../server/node/http/listen.js';
import { ANY_PORT, silent, testConfig } from '../../support/test-cluster.js';
import { SMALL } from '../small-cluster.js';

const apps: ReturnType<typeof Fastify>[] = [];
afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())));

async function listening(): Promise<number> {
  const app = Fastify();
  apps.push(app);
  return listen(app, ANY_PORT);
}

const refusal = (code: string, says: RegExp) => expect.objectContaining({ code, message: expect.stringMatching(says) });

describe('a node that others can reach', () => {
  it.each(['0.0.0.0', '::', '192.0.2.10', 'gateway.lan', '127.0.0.1.example.org', '128.0.0.1'])(
    'does not listen on %s without a token',
    (host) => {
      expect(isLoopback(host)).toBe(false);
      expect(() => requireToken(host, null)).toThrow(refusal('DT_TOKEN_MISSING', /DEEPTHINGS_TOKEN/));
      expect(requireToken(host, 'secret')).toBe('secret');
    },
  );

  it.each(['127.0.0.1', '127.1.2.3', 'localhost', '::1', '[::1]'])('needs none on %s', (host) => {
    expect(requireToken(host, null)).toBeNull();
  });

  it('refuses to start in either role, before anything is loaded', async () => {
    const config = await testConfig(SMALL, 1, 'http://127.0.0.1:65535');
    const open = { config, token: null, log: silent, listen: { host: '0.0.0.0', port: 0 } };
    await expect(startGateway(open)).rejects.toThrow(refusal('DT_TOKEN_MISSING', /0\.0\.0\.0/));
    await expect(startEdge({ ...open, device: 'e0' })).rejects.toThrow(refusal('DT_TOKEN_MISSING', /0\.0\.0\.0/));
  });

  it('refuses to start as a device that nobody declared', async () => {
    const config = await testConfig(SMALL, 1, 'http://127.0.0.1:65535');
    const starting = startEdge({ config, token: null, log: silent, listen: ANY_PORT, device: 'e7' });
    await expect(starting).rejects.toThrow(refusal('DT_DEVICE_UNKNOWN', /no device "e7", only e0/));
  });
});

describe('a port', () => {
  it('is any free one for 0, and the node says which', async () => {
    const port = await listening();
    expect(port).toBeGreaterThan(0);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
  });

  it('that another program has is named, whoever wants it', async () => {
    const port = await listening();
    const taken = refusal('DT_PORT_TAKEN', new RegExp(`port ${port} on 127\\.0\\.0\\.1`));
    await expect(listen(Fastify(), { host: '127.0.0.1', port })).rejects.toThrow(taken);
    const config = await testConfig(SMALL, 1, 'http://127.0.0.1:65535');
    const options = { config, token: null, log: silent, listen: { host: '127.0.0.1', port } };
    await expect(startGateway(options)).rejects.toThrow(taken);
    await expect(startEdge({ ...options, device: 'e0' })).rejects.toThrow(taken);
  });

  it('on an address that this machine does not have is refused, with the cause', async () => {
    const listens = listen(Fastify(), { host: '192.0.2.1', port: 0 });
    await expect(listens).rejects.toThrow(refusal('DT_LISTEN', /192\.0\.2\.1.*EADDRNOTAVAIL/));
  });
});

it('says in its log how it is reached', async () => {
  const lines: string[] = [];
  const logger = { stream: { write: (line: string) => void lines.push(line) } };
  const plain = Fastify({ logger });
  const secured = Fastify({ logger, serverFactory: (handler) => createServer(handler) as never });
  apps.push(plain, secured as never);
  const ports = [await listen(plain, ANY_PORT), await listen(secured as never, ANY_PORT)];
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
    `Server listening at http://127.0.0.1:${ports[0]}`,
    `Server listening at https://127.0.0.1:${ports[1]}`,
  ]);
});
