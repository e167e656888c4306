import type { RequestListener } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ErrorCode } from '../../error-codes.js';
import type { NodeMetrics } from '../observe/metrics.js';
import { problemDocument } from '../problems/problem.js';
import { rawAnswer } from '../problems/refusals.js';
import { HANDSHAKE_RECORD, type RefusedCallers } from '../problems/refused-callers.js';
import type { TlsSource } from './node-tls.js';
import type { TlsMaterial } from './tls-material.js';

export interface TlsServerOptions {
  readonly tls: TlsSource;
  readonly http: ServerOptions;
  /** Until a connection has said what it is, and again until its handshake is done. */
  readonly handshakeMs: number;
  readonly metrics: NodeMetrics;
  readonly refused: RefusedCallers;
}

/** Who is refused gets that to read why, and to stop sending. */
const FAREWELL_MS = 1_000;

const PLAIN_HTTP = problemDocument(
  'DT_TLS_REQUIRED',
  'this port speaks https, and this was http: ask by https://; a node needs the same tls section in its cluster.yaml',
);

/**
 * The HTTPS servers of a node. What a connection shows is judged before anything of HTTP is read of it: who must show a
 * certificate of the node's authority and does not gets one answer, which says so.
 */
export class TlsServers {
  readonly #options: TlsServerOptions;
  readonly #servers: Server[] = [];
  /** What each connection was accepted with. */
  readonly #acceptedWith = new WeakMap<object, TlsMaterial>();
  /** Connections without a finished handshake, by where they come from. */
  readonly #unfinished = new Map<string, Socket>();

  constructor(options: TlsServerOptions) {
    this.#options = options;
    options.tls.onRenewed((material) => {
      for (const server of this.#servers) server.setSecureContext(contextOf(material));
    });
  }

  create(handler: RequestListener): Server {
    const { handshakeMs, http, tls } = this.#options;
    const server = createServer(
      {
        ...http,
        ...contextOf(tls.current()),
        handshakeTimeout: handshakeMs,
        requestCert: tls.mutual,
        // Judged below, where it can be said why. Node itself would close the connection without a word.
        rejectUnauthorized: false,
      },
      handler,
    );
    replaceListeners(server, 'connection', (socket: Socket, accept) => this.#sort(socket, accept));
    replaceListeners(server, 'secureConnection', (socket: TLSSocket, serve) => this.#judge(socket, serve));
    server.prependListener('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
      const { remoteAddress } = socket;
      // Of one that hung up this is not known any more: it is noted where its connection closes.
      const isOpen = this.#unfinished.delete(placeOf(socket));
      socket.destroy();
      if (isOpen) this.#refused('DT_TLS_HANDSHAKE', remoteAddress, handshakeText(error.code ?? error.message));
    });
    this.#servers.push(server);
    return server;
  }

  /** Whether a connection was made with certificates that have been replaced since. */
  isOutdated(socket: object): boolean {
    const material = this.#acceptedWith.get(socket);
    return material !== undefined && material !== this.#options.tls.current();
  }

  /** Ends connections that are no HTTP connections yet, which nothing else would end. */
  closeUnfinished(): void {
    const sockets = [...this.#unfinished.values()];
    this.#unfinished.clear();
    for (const socket of sockets) socket.destroy();
  }

  /** Tells TLS from plain HTTP by the first byte. */
  #sort(socket: Socket, accept: (socket: Socket) => void): void {
    const place = placeOf(socket);
    const { remoteAddress } = socket;
    let isHandshake = false;
    this.#unfinished.set(place, socket);
    socket.once('close', () => {
      if (this.#unfinished.get(place) !== socket) return;
      this.#unfinished.delete(place);
      if (isHandshake) this.#refused('DT_TLS_HANDSHAKE', remoteAddress, HUNG_UP);
    });
    const onError = () => socket.destroy();
    socket.on('error', onError);
    socket.setTimeout(this.#options.handshakeMs, () => socket.destroy());
    socket.once('readable', () => {
      const first: Buffer | null = socket.read(1);
      // It hung up.
      if (first === null) {
        socket.destroy();
        return;
      }
      socket.unshift(first);
      if (isHttp(first[0]!)) {
        this.#refuse(
          socket,
          PLAIN_HTTP,
          'speaks http to this node, which speaks https: give every node the same tls section in cluster.yaml',
        );
        return;
      }
      socket.setTimeout(0);
      socket.off('error', onError);
      isHandshake = true;
      accept(socket);
    });
  }

  #judge(socket: TLSSocket, serve: (socket: TLSSocket) => void): void {
    this.#unfinished.delete(placeOf(socket));
    const { tls } = this.#options;
    const reason = tls.mutual ? strangeness(socket) : null;
    if (reason === null) {
      this.#acceptedWith.set(socket, tls.current());
      serve(socket);
      return;
    }
    const detail =
      `expected a certificate of an authority that this node takes (tls.ca in its cluster.yaml), got ${reason}: give nodes ` +
      'tls.certificate and tls.key of it, commands --cert and --key; docs/security.md says how to make them';
    socket.on('error', () => socket.destroy());
    this.#refuse(
      socket,
      problemDocument('DT_CERTIFICATE', detail),
      `has shown ${reason}: give it tls.certificate and tls.key of an authority in tls.ca`,
    );
  }

  /** Answers once, and ends the connection. What still comes is read and thrown away: else the answer may be lost. */
  #refuse(socket: Socket, problem: ReturnType<typeof problemDocument>, what: string): void {
    this.#refused(problem.code, socket.remoteAddress, what);
    socket.setTimeout(0);
    socket.end(rawAnswer(problem));
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), FAREWELL_MS);
    socket.once('close', () => clearTimeout(timer));
  }

  #refused(code: ErrorCode, address: string | undefined, detail: string): void {
    const { metrics, refused } = this.#options;
    metrics.refused.inc({ code });
    refused.note({ code, detail, address: address ?? 'unknown', device: null });
  }
}

const ONE_AUTHORITY =
  'give both the same authority (tls.ca), which has signed tls.certificate for the address that this node has in cluster.yaml';

/** Clients that look at the certificate themselves, such as Node.js, hang up without an alert when they do not take it. */
const HUNG_UP = `began TLS and hung up; most likely it does not take this node's certificate: ${ONE_AUTHORITY}`;

/** An alert says that the caller does not take this node's certificate. */
function handshakeText(code: string): string {
  if (/ALERT_(.*CERTIFICATE|UNKNOWN_CA)/.test(code)) {
    return `does not take this node's certificate (${code}): ${ONE_AUTHORITY}`;
  }
  return `began TLS and did not finish it (${code}): see what that program says; it needs TLS 1.2 or newer`;
}

function contextOf({ ca, certificate, key }: TlsMaterial) {
  return { cert: certificate, key, minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) } as const;
}

/**
 * Why a client is none of the authority's; null when it is.
 *
 * That there is a certificate is asked apart: a session that goes on (TLS 1.3) counts as authorized without one.
 */
function strangeness(socket: TLSSocket): string | null {
  const { subject } = socket.getPeerCertificate();
  if (subject === undefined) return 'no certificate';
  if (socket.authorized) return null;
  const name = String(subject.CN ?? 'no name')
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 64);
  // The types promise an error where there is its code.
  return `the certificate of "${name}" (${String(socket.authorizationError)})`;
}

/** Puts a listener before the one that an event has, which then decides whether that one is told. */
function replaceListeners<S extends Socket>(
  server: Server,
  event: string,
  listener: (socket: S, pass: (socket: S) => void) => void,
): void {
  const own = server.listeners(event);
  server.removeAllListeners(event);
  server.on(event, (socket: S) => {
    listener(socket, (passed) => {
      for (const one of own) one.call(server, passed);
    });
  });
}

function isHttp(byte: number): boolean {
  return byte !== HANDSHAKE_RECORD && byte >= 0x41 && byte <= 0x7a;
}

function placeOf({ remoteAddress, remotePort, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localPort}`;
}
