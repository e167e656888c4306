import type { Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import { Agent, buildConnector } from 'undici';
import { AnswerError, startOfBody } from './answer-error.js';
import { bodyDigest, DIGEST_HEADER, requireDigest } from './body-digest.js';
import { mediaTypeOf, type Transport, type TransportRequest } from './transport.js';
import { exchange } from './undici-exchange.js';

/** With what nodes are spoken to over https: PEM texts. */
export interface TransportTls {
  /** The authorities whose certificates are taken; without it those that Node.js knows. */
  readonly ca?: string;
  /** Shown to nodes that ask for one, with its key. */
  readonly certificate?: string;
  readonly key?: string;
}

export interface UndiciTransportOptions {
  /** Connections kept to one node. */
  readonly connectionsPerOrigin?: number;
  readonly connectTimeoutMs?: number;
  /** Told of every connection that is made. */
  readonly onSocket?: (socket: Socket) => void;
  /** A socket in the file system that leads to the node, in place of a connection to its address. */
  readonly socketPath?: string;
  /** Larger answers are refused. */
  readonly answerBytes?: number;
  readonly tls?: TransportTls;
  /** Whether an answer without a digest is refused, as between nodes: then no node made it. */
  readonly requiresDigests?: boolean;
}

export interface UndiciTransport {
  readonly transport: Transport;
  /** Requests from here on go over connections that are made with this; those under way end on the old ones. */
  renewTls(tls: TransportTls): void;
  /** Ends every connection; requests under way are rejected. */
  close(): Promise<void>;
}

/**
 * Keep-alive connections to any number of nodes, for programs that run in Node. Bodies that are sent carry a digest, and
 * those that come are compared with theirs.
 */
export function createUndiciTransport(options: UndiciTransportOptions = {}): UndiciTransport {
  let agent = agentOf(options);
  const retired = new Set<Agent>();
  return {
    async transport(request) {
      const dispatched = {
        ...placeOf(request.url),
        method: request.method as 'GET',
        headers: withDigest(request),
        body: request.body ?? null,
        // 0 leaves it to the bound on the whole exchange.
        headersTimeout: request.headersTimeoutMs ?? 0,
        bodyTimeout: request.idleTimeoutMs ?? 0,
      };
      const { bytes, headers, status } = await exchange(agent, dispatched, request);
      const header = (name: string) => {
        const value = headers[name];
        return (Array.isArray(value) ? value[0] : value) ?? null;
      };
      const digest = header(DIGEST_HEADER);
      if (digest === null && options.requiresDigests) throw notOfNode(status, header('content-type'), bytes);
      requireDigest(digest, mediaTypeOf(header('content-type')), bytes);
      return { status, header, bytes };
    },
    renewTls(tls) {
      const old = agent;
      agent = agentOf({ ...options, tls });
      retired.add(old);
      void old.close().finally(() => retired.delete(old));
    },
    async close() {
      await Promise.all([agent, ...retired].map((one) => one.destroy()));
    },
  };
}

/** Clients encode what they put into a URL: there is nothing left to resolve in it. */
function placeOf(url: string): { readonly origin: string; readonly path: string } {
  const start = url.indexOf('/', url.indexOf('://') + 3);
  return start === -1 ? { origin: url, path: '/' } : { origin: url.slice(0, start), path: url.slice(start) };
}

function notOfNode(status: number, contentType: string | null, bytes: Uint8Array): AnswerError {
  const got = `${status} ${mediaTypeOf(contentType) ?? 'without a type'}, ${startOfBody(bytes)}`;
  const detail = `expected an answer with ${DIGEST_HEADER}, got ${got}: a proxy, a login page or another program made it`;
  return new AnswerError(status, detail);
}

function agentOf(options: UndiciTransportOptions): Agent {
  return new Agent({
    connections: options.connectionsPerOrigin ?? 16,
    connect: connectorOf(options),
    keepAliveTimeout: 30_000,
    maxResponseSize: options.answerBytes ?? 512 * 1024 * 1024,
  });
}

function withDigest({ headers, body }: TransportRequest): Readonly<Record<string, string>> {
  return body === undefined ? headers : { ...headers, [DIGEST_HEADER]: bodyDigest(body) };
}

function connectorOf(options: UndiciTransportOptions): buildConnector.connector {
  const { connectTimeoutMs = 2_000, onSocket, socketPath, tls = {} } = options;
  // A connector has TLS sessions of its own: none goes on that was begun with other certificates.
  const connect = buildConnector({
    timeout: connectTimeoutMs,
    socketPath: socketPath ?? null,
    secureContext: secureContextOf(tls),
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
    rejectUnauthorized: true,
  });
  return (target, done) =>
    connect(target, (...result) => {
      if (result[0] === null) onSocket?.(result[1]);
      done(...result);
    });
}

function secureContextOf({ ca, certificate, key }: TransportTls) {
  return createSecureContext({
    minVersion: 'TLSv1.2',
    ...(ca !== undefined && { ca }),
    ...(certificate !== undefined && { cert: certificate }),
    ...(key !== undefined && { key }),
  });
}
