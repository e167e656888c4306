import { once } from 'node:events';
import { request as ask, createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a captive portal or a misconfigured proxy answers in place of the node. */
export const LIES = [
  { status: 200, headers: { 'content-type': 'text/html' }, body: '<!DOCTYPE html><title>Sign in</title>' },
  { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' },
  { status: 200, headers: { 'content-type': 'application/json' }, body: 'null' },
  { status: 200, headers: { 'content-type': 'application/json' }, body: '{"status":"accep' },
  { status: 204, headers: {}, body: '' },
  { status: 302, headers: { location: 'http://portal.invalid/' }, body: '' },
  { status: 403, headers: { 'content-type': 'text/html' }, body: '<h1>Forbidden</h1>' },
  { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: '' },
] as const;

/** An HTTP proxy before one node that answers some requests itself. */
export class LyingProxy {
  readonly address: string;
  /** Which of `LIES` a request is answered with, by its number from 0; null: the node answers. */
  lie: (number: number) => number | null = () => null;
  /** Requests that it answered itself. */
  lies = 0;
  readonly #server: Server;
  #requests = 0;

  private constructor(server: Server, node: URL) {
    this.#server = server;
    this.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => {
      const chosen = this.lie(this.#requests++);
      if (chosen !== null) {
        const { body, headers, status } = LIES[chosen % LIES.length]!;
        this.lies++;
        request.resume().once('end', () => response.writeHead(status, headers).end(body));
        return;
      }
      const { headers, method = 'GET', url = '/' } = request;
      const passed = ask({ host: node.hostname, port: node.port, method, path: url, headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      });
      passed.on('error', () => response.destroy());
      response.once('close', () => passed.destroy());
      request.pipe(passed);
    });
  }

  /** @param node address of the node behind it; port 0 until `node.port` is set. */
  static async start(node: URL): Promise<LyingProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new LyingProxy(server, node);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await once(this.#server.close(), 'close');
  }
}
