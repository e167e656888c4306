import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bodyDigest, DIGEST_HEADER } from '../../client/body-digest.js';
import type { Schemas } from '../../client/client.js';
import { PROTOCOL_VERSION } from '../../server/node/wire/plan-digest.js';

/** A device that takes whatever the gateway gives it, and computes nothing. */
export class FakeDevice {
  readonly address: string;
  /** What it was asked, as `METHOD path`. */
  readonly asked: string[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => {
      const path = request.url!.split('?', 1)[0];
      this.asked.push(`${request.method} ${path}`);
      request.resume().once('end', () => {
        const body = path === '/tasks' ? '{"status":"queued"}' : '';
        const type = body === '' ? {} : { 'content-type': 'application/json' };
        return response.writeHead(body === '' ? 204 : 202, { ...type, [DIGEST_HEADER]: bodyDigest(body) }).end(body);
      });
    });
  }

  static async start(): Promise<FakeDevice> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FakeDevice(server);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await once(this.#server.close(), 'close');
  }
}

/** A registration of `e0` that any gateway would take for its form. */
export function registration(facts: Partial<Schemas['DeviceRegistration']> = {}): Schemas['DeviceRegistration'] {
  return {
    kind: 'device',
    device: 'e0',
    address: 'http://127.0.0.1:1',
    startedAt: 1_000,
    number: 1,
    protocol: PROTOCOL_VERSION,
    model: 'model',
    plan: 'plan',
    engine: { name: 'onnxruntime', version: '1.30.0', threads: 1 },
    pending: 0,
    tasks: [],
    handedOut: [],
    counters: { tilesRun: 0, tilesStolen: 0, tilesGiven: 0, tileMs: 0, resultMs: 0, rssBytes: 0 },
    ...facts,
  };
}
