import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What came back over a socket. */
export interface WireAnswer {
  /** Null: the connection ended, or the time was up, without an answer. */
  readonly status: number | null;
  readonly mediaType: string | null;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** Whether the node was still about to answer when the time was up. */
  readonly isOpen: boolean;
}

const PIECE_PAUSE_MS = 5;
const ANSWER_LIMIT = 64 * 2 ** 20;

/** Writes pieces to a node, and reads until the first answer is there, it hangs up, or the time is up. */
export async function exchange(
  address: string,
  pieces: readonly (string | Buffer)[],
  withinMs: number,
): Promise<WireAnswer> {
  const { hostname, port } = new URL(address);
  const socket = connect({ host: hostname, port: Number(port) });
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isOpen = true;
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const answered = new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > ANSWER_LIMIT || isWhole(Buffer.concat(chunks))) resolve();
    });
  });
  // A node may hang up on what it will not read to its end.
  socket.on('error', () => {});
  const ended = Promise.race([
    closed.then(() => {
      isOpen = false;
    }),
    answered.then(() => {
      isOpen = false;
    }),
  ]);
  await Promise.race([once(socket, 'connect').catch(() => {}), closed]);
  for (const [i, piece] of pieces.entries()) {
    if (socket.destroyed) break;
    if (i > 0) await sleep(PIECE_PAUSE_MS);
    socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
  }
  const timeUp = new AbortController();
  await Promise.race([ended, sleep(withinMs, undefined, { signal: timeUp.signal }).catch(() => {})]);
  timeUp.abort();
  socket.destroy();
  return { ...parseAnswer(Buffer.concat(chunks)), isOpen };
}

interface Head {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly rest: Buffer;
}

/** The first final answer's head; answers of 1xx are passed over. */
function headOf(bytes: Buffer): Head | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? Number.NaN);
  const rest = bytes.subarray(end + 4);
  if (status >= 100 && status < 200) return headOf(rest);
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { status, headers: new Map(headers), rest };
}

function isWhole(bytes: Buffer): boolean {
  const head = headOf(bytes);
  if (head === null) return false;
  const length = head.headers.get('content-length');
  if (length !== undefined) return head.rest.length >= Number(length);
  return head.headers.get('transfer-encoding') === 'chunked' ? unchunked(head.rest).isWhole : head.status === 204;
}

export function parseAnswer(bytes: Buffer): Omit<WireAnswer, 'isOpen'> {
  const head = headOf(bytes);
  if (head === null) return { status: null, mediaType: null, headers: new Map(), body: Buffer.alloc(0) };
  const { status, headers, rest } = head;
  const length = headers.get('content-length');
  const body =
    headers.get('transfer-encoding') === 'chunked'
      ? unchunked(rest).body
      : rest.subarray(0, Number(length ?? rest.length));
  return { status, mediaType: headers.get('content-type')?.split(';')[0] ?? null, headers, body };
}

function unchunked(bytes: Buffer): { readonly body: Buffer; readonly isWhole: boolean } {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return { body: Buffer.concat(chunks), isWhole: false };
    const size = Number.parseInt(bytes.toString('latin1', at, end), 16);
    if (size === 0) return { body: Buffer.concat(chunks), isWhole: true };
    chunks.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}
