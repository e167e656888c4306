import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface FileServer {
  readonly url: string;
  /** Method and headers of each request, oldest first. */
  readonly requests: { readonly range: string | undefined; readonly ifRange: string | undefined }[];
  bytes: Uint8Array;
  etag: string | null;
  /** Whether it obeys Range. */
  ranges: boolean;
  /** Breaks off after the first half of an answer's body, instead of sending the rest. */
  breaksOff: boolean;
  /** Answers this instead. */
  status: number | null;
  /** Whether it says how long the file is. */
  tellsLength: boolean;
  /** Called after the first half of an answer; the rest follows when it settles. */
  halfway: (() => Promise<void>) | null;
}

/** A web server with one file, as good or bad as a test wants it; closed when the test is over. */
export async function startFileServer(bytes: Uint8Array): Promise<FileServer> {
  const server = createServer((request, response) => void answer(state, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const state: FileServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.weights`,
    requests: [],
    bytes,
    etag: '"one"',
    ranges: true,
    breaksOff: false,
    status: null,
    tellsLength: true,
    halfway: null,
  };
  return state;
}

async function answer(server: FileServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { range, 'if-range': ifRange } = request.headers as Record<string, string | undefined>;
  server.requests.push({ range, ifRange });
  if (server.status !== null) {
    response.writeHead(server.status).end('no');
    return;
  }
  const [, start] = /^bytes=(\d+)-$/.exec(range ?? '') ?? [];
  const part = start !== undefined && server.ranges && ifRange === server.etag;
  const body = part ? server.bytes.subarray(Number(start)) : server.bytes;
  response.writeHead(part ? 206 : 200, {
    ...(server.etag === null ? {} : { etag: server.etag }),
    ...(server.tellsLength ? { 'content-length': body.length } : {}),
    ...(part ? { 'content-range': `bytes ${start}-${server.bytes.length - 1}/${server.bytes.length}` } : {}),
  });
  const middle = Math.floor(body.length / 2);
  response.write(body.subarray(0, middle));
  await server.halfway?.();
  if (server.breaksOff) response.destroy();
  else response.end(body.subarray(middle));
}
