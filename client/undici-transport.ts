import { Agent } from 'undici';
import type { Transport } from './transport.js';

export interface UndiciTransportOptions {
  /** Connections kept to one node. */
  readonly connectionsPerOrigin?: number;
  readonly connectTimeoutMs?: number;
  /** Larger answers are refused. */
  readonly answerBytes?: number;
}

export interface UndiciTransport {
  readonly transport: Transport;
  /** Ends every connection; requests under way are rejected. */
  close(): Promise<void>;
}

/** Keep-alive connections to any number of nodes, for programs that run in Node. */
export function createUndiciTransport(options: UndiciTransportOptions = {}): UndiciTransport {
  const agent = new Agent({
    connections: options.connectionsPerOrigin ?? 16,
    connect: { timeout: options.connectTimeoutMs ?? 2_000 },
    keepAliveTimeout: 30_000,
    maxResponseSize: options.answerBytes ?? 512 * 1024 * 1024,
  });
  return {
    async transport(request) {
      const url = new URL(request.url);
      const timeout = AbortSignal.timeout(request.timeoutMs);
      const signal = request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout]);
      const response = await agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: request.method as 'GET',
        headers: request.headers,
        body: request.body ?? null,
        signal,
        // The signal bounds the whole exchange; undici's own clocks would cut long polls short.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      const bytes = new Uint8Array(await response.body.arrayBuffer());
      return {
        status: response.statusCode,
        header(name) {
          const value = response.headers[name];
          return (Array.isArray(value) ? value[0] : value) ?? null;
        },
        bytes,
      };
    },
    close: () => agent.destroy(),
  };
}
