import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A gateway that answers what a test says; it registers every device, and has no work for any. */
export class FakeGateway {
  readonly address: string;
  readonly #server: Server;
  readonly #handlers = new Map<string, Handler>();

  private constructor(server: Server) {
    this.#server = server;
    this.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.json('POST /register', 200, { epoch: 'fake', heartbeatMs: 1_000, ended: [] });
    server.on('request', (request, response) => {
      const handler = this.#handlers.get(`${request.method} ${request.url!.split('?', 1)[0]}`);
      // Thieves are held until the test is over.
      request.resume().once('end', () => handler?.(request, response));
    });
  }

  static async start(): Promise<FakeGateway> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FakeGateway(server);
  }

  /** @param route `METHOD path`. */
  json(route: string, status: number, document: object, headers: Record<string, string> = {}): void {
    const type = status < 400 ? 'application/json' : 'application/problem+json';
    this.#handlers.set(route, (_request, response) => {
      response.writeHead(status, { 'content-type': type, ...headers }).end(JSON.stringify(document));
    });
  }

  problem(route: string, status: number, code: string, headers: Record<string, string> = {}): void {
    this.json(route, status, { type: 'about:blank', title: 'No', status, code, detail: `because ${code}` }, headers);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await once(this.#server.close(), 'close');
  }
}
