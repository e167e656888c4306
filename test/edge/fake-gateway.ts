import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bodyDigest, DIGEST_HEADER } from '../../client/body-digest.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A gateway that answers what a test says; it registers every device, and has no work for any. */
export class FakeGateway {
  readonly address: string;
  readonly #server: Server;
  readonly #handlers = new Map<string, Handler>();
  readonly #answered = new Map<string, number>();
  readonly #queries = new Map<string, URLSearchParams>();

  private constructor(server: Server) {
    this.#server = server;
    this.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.json('POST /register', 200, { epoch: 'fake', heartbeatMs: 1_000, ended: [] });
    server.on('request', (request, response) => {
      const [path, query] = request.url!.split('?', 2);
      const route = `${request.method} ${path}`;
      this.#queries.set(route, new URLSearchParams(query));
      const handler = this.#handlers.get(route);
      response.once('finish', () => this.#answered.set(route, this.answered(route) + 1));
      // Thieves are held until the test is over.
      request.resume().once('end', () => handler?.(request, response));
    });
  }

  static async start(): Promise<FakeGateway> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FakeGateway(server);
  }

  /** Requests there that have had their answer. */
  answered(route: string): number {
    return this.#answered.get(route) ?? 0;
  }

  /** The query of the latest request there. */
  query(route: string): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#queries.get(route) ?? []);
  }

  /** @param route `METHOD path`. */
  json(route: string, status: number, document: object, headers: Record<string, string> = {}): void {
    const type = status < 400 ? 'application/json' : 'application/problem+json';
    this.#handlers.set(route, (_request, response) => {
      const body = JSON.stringify(document);
      response.writeHead(status, { 'content-type': type, [DIGEST_HEADER]: bodyDigest(body), ...headers }).end(body);
    });
  }

  problem(route: string, status: number, code: string, headers: Record<string, string> = {}): void {
    this.json(route, status, { type: 'about:blank', title: 'No', status, code, detail: `because ${code}` }, headers);
  }

  /** Keeps back the answers to those who ask there, until `release` lets them out and answers as before. */
  hold(route: string): { readonly held: () => number; readonly release: () => void } {
    const answer = this.#handlers.get(route)!;
    const kept: (() => void)[] = [];
    this.#handlers.set(route, (request, response) => kept.push(() => answer(request, response)));
    const release = () => {
      this.#handlers.set(route, answer);
      for (const answered of kept.splice(0)) answered();
    };
    return { held: () => kept.length, release };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await once(this.#server.close(), 'close');
  }
}
