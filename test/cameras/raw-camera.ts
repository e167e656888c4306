import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { onTestFinished } from 'vitest';
import { type CameraParts, type CameraSettings, CameraSource } from '../../server/cameras/camera-source.js';
import type { PictureSource } from '../../server/cameras/source-picture.js';
import { readCredentialedUrl } from '../../server/cli/credentialed-url.js';
import { FakeGate } from '../cli/watch/fake-gate.js';
import type { Issued } from '../support/certificates.js';

/** A request as it came over the wire. */
export interface RawRequest {
  /** Path and query. */
  readonly target: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Which connection it came over, from 1. */
  readonly connection: number;
}

export type RawHandler = (request: RawRequest, socket: Socket) => void;

/** Writes bytes that a camera would send, malformed ones too: the handler has the socket. */
export async function rawCamera(handle: RawHandler, tls?: Issued) {
  const requests: RawRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const onConnection = (socket: Socket) => {
    const connection = ++connections;
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const request = { ...parseRequest(text.slice(0, end)), connection };
        text = text.slice(end + 4);
        requests.push(request);
        handle(request, socket);
      }
    });
  };
  const server = tls === undefined ? createServer(onConnection) : createTlsServer(tlsOf(tls), onConnection);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, requests, host: `127.0.0.1:${port}`, openSockets: () => sockets.size };
}

/** An answer with a length, of which the connection may serve another request. */
export function answer(status: string, headers: readonly string[], body: string | Uint8Array = ''): Buffer {
  const bytes = Buffer.from(body as string);
  return Buffer.concat([
    Buffer.from([`HTTP/1.1 ${status}`, ...headers, `Content-Length: ${bytes.length}`, '\r\n'].join('\r\n'), 'latin1'),
    bytes,
  ]);
}

/** Bytes after a head of these lines, each with its own line end. */
export function raw(head: string, body: Uint8Array | string = ''): Buffer {
  return Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body as string)]);
}

type WatchedCamera = Partial<CameraSettings> & Partial<Pick<CameraParts, 'tls'>>;

/** A source that watches the address, with short waits. */
export function watchCamera(url: string, { tls = {}, ...settings }: WatchedCamera = {}) {
  const gate = new FakeGate();
  const controller = new AbortController();
  const video: PictureSource & { runs: number } = {
    runs: 0,
    async run() {
      video.runs++;
    },
  };
  const source = new CameraSource({
    address: readCredentialedUrl(url, 'what is watched', ['http', 'https']),
    ...{ tls, video },
    settings: {
      ...{ once: false, isStream: false, pictureBytes: 2 ** 20 },
      ...{ intervalMs: 10, fps: 60, silenceMs: 5_000, idleMs: 5_000, snapshotMs: 10_000 },
      ...settings,
    },
  });
  return { gate, controller, video, run: source.run(gate, controller.signal) };
}

/** One picture of the address, or the error that says why there is none. */
export async function takeOne(url: string, options: WatchedCamera = {}) {
  const { gate, run } = watchCamera(url, { once: true, ...options });
  await run;
  return gate.pictures[0]!.body;
}

function parseRequest(text: string): Omit<RawRequest, 'connection'> {
  const [first, ...lines] = text.split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return { target: first!.split(' ')[1]!, headers };
}

function tlsOf({ certificate, key }: Issued) {
  return { cert: certificate, key };
}
