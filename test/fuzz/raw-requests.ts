import type { Draws } from '../chaos/draws.js';

/** What is written to a socket, with a short pause between the pieces. */
export interface RawRequest {
  readonly what: string;
  readonly pieces: readonly (string | Buffer)[];
}

const HOST = 'host: 127.0.0.1\r\n';
const JSON_TYPE = 'content-type: application/json\r\n';
const POST = `POST /tasks/steal HTTP/1.1\r\n${HOST}${JSON_TYPE}`;
const STEAL = '{"thief":"e0","sequence":1}';
const LENGTH = `content-length: ${STEAL.length}\r\n`;
const CHUNKED = 'transfer-encoding: chunked\r\n';

/** Malformed, ambiguous and very slow HTTP. */
export const RAW_REQUESTS: readonly RawRequest[] = [
  { what: 'a TLS hello', pieces: [Buffer.from('16030100d4010000d00303', 'hex'), Buffer.alloc(200, 7)] },
  { what: 'an HTTP/2 preface', pieces: ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'] },
  {
    what: 'a WebSocket upgrade',
    pieces: [
      `GET /events HTTP/1.1\r\n${HOST}connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: AAAA\r\nsec-websocket-version: 13\r\n\r\n`,
    ],
  },
  {
    what: 'h2c',
    pieces: [
      `GET /plan HTTP/1.1\r\n${HOST}connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAAA\r\n\r\n`,
    ],
  },
  { what: 'CONNECT', pieces: [`CONNECT 127.0.0.1:22 HTTP/1.1\r\n${HOST}\r\n`] },
  { what: 'TRACE', pieces: [`TRACE /frames HTTP/1.1\r\n${HOST}\r\n`] },
  { what: 'OPTIONS *', pieces: [`OPTIONS * HTTP/1.1\r\n${HOST}\r\n`] },
  { what: 'an absolute address', pieces: [`GET http://192.0.2.1/frames HTTP/1.1\r\n${HOST}connection: close\r\n\r\n`] },
  { what: 'no host', pieces: ['GET /livez HTTP/1.1\r\n\r\n'] },
  { what: 'two hosts', pieces: [`GET /livez HTTP/1.1\r\n${HOST}host: 127.0.0.2\r\nconnection: close\r\n\r\n`] },
  { what: 'HTTP/0.9', pieces: ['GET /livez\r\n\r\n'] },
  { what: 'HTTP/9.9', pieces: [`GET /livez HTTP/9.9\r\n${HOST}\r\n`] },
  { what: 'a bare line feed', pieces: ['GET /livez HTTP/1.1\nhost: 127.0.0.1\n\n'] },
  { what: 'a NUL in the path', pieces: [`GET /li\0vez HTTP/1.1\r\n${HOST}\r\n`] },
  {
    what: 'bytes beyond ASCII in the path',
    pieces: [Buffer.from(`GET /frames/\xff\xfe HTTP/1.1\r\n${HOST}connection: close\r\n\r\n`, 'latin1')],
  },
  { what: 'a header without a colon', pieces: [`GET /livez HTTP/1.1\r\n${HOST}nonsense\r\n\r\n`] },
  { what: 'a blank before the colon', pieces: [`${POST}content-length : 3\r\n\r\nabc`] },
  { what: 'a folded header', pieces: [`GET /livez HTTP/1.1\r\n${HOST}a: b\r\n c\r\n\r\n`] },
  { what: 'a NUL in a header', pieces: [`GET /livez HTTP/1.1\r\n${HOST}a: b\0c\r\n\r\n`] },
  { what: 'headers of 100 KB', pieces: [`GET /livez HTTP/1.1\r\n${HOST}a: ${'b'.repeat(100_000)}\r\n\r\n`] },
  {
    what: '3000 headers',
    pieces: [`GET /livez HTTP/1.1\r\n${HOST}${'a: b\r\n'.repeat(3_000)}connection: close\r\n\r\n`],
  },
  { what: 'a path of 100 KB', pieces: [`GET /${'a'.repeat(100_000)} HTTP/1.1\r\n${HOST}\r\n`] },
  { what: 'two lengths', pieces: [`${POST}${LENGTH}content-length: 3\r\n\r\n${STEAL}`] },
  { what: 'a length and chunks', pieces: [`${POST}${LENGTH}${CHUNKED}\r\n0\r\n\r\n`] },
  { what: 'a negative length', pieces: [`${POST}content-length: -1\r\n\r\n${STEAL}`] },
  { what: 'a length that is no number', pieces: [`${POST}content-length: 0x10\r\n\r\n${STEAL}`] },
  { what: 'a length beyond all numbers', pieces: [`${POST}content-length: 99999999999999999999999\r\n\r\n${STEAL}`] },
  { what: 'a huge length', pieces: [`${POST}content-length: 9007199254740991\r\n\r\n${STEAL}`] },
  {
    what: 'a huge length of tensors',
    pieces: [
      `POST /results HTTP/1.1\r\n${HOST}content-type: application/octet-stream\r\ndeepthings-digest: crc32=00000000\r\ncontent-length: 4000000000\r\n\r\nabc`,
    ],
  },
  { what: 'less than its length', pieces: [`${POST}content-length: 1000\r\n\r\n${STEAL}`] },
  { what: 'more than its length', pieces: [`${POST}${LENGTH}connection: close\r\n\r\n${STEAL}GET / HTTP/1.1\r\n\r\n`] },
  { what: 'a bad chunk size', pieces: [`${POST}${CHUNKED}\r\nzz\r\nabc\r\n0\r\n\r\n`] },
  { what: 'a huge chunk size', pieces: [`${POST}${CHUNKED}\r\nfffffffffffffff0\r\nabc`] },
  { what: 'a chunk longer than it says', pieces: [`${POST}${CHUNKED}\r\n3\r\nabcdef\r\n0\r\n\r\n`] },
  {
    what: 'a chunk extension of 100 KB',
    pieces: [`${POST}${CHUNKED}\r\n3;${'a'.repeat(100_000)}\r\nabc\r\n0\r\n\r\n`],
  },
  { what: 'chunks without an end', pieces: [`${POST}${CHUNKED}\r\n3\r\nabc\r\n`] },
  { what: 'chunks within chunks', pieces: [`${POST}transfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n`] },
  { what: 'an unknown coding', pieces: [`${POST}transfer-encoding: gzip\r\n\r\nabc`] },
  {
    what: 'a trailer',
    pieces: [`${POST}${CHUNKED}connection: close\r\ntrailer: content-length\r\n\r\n0\r\ncontent-length: 3\r\n\r\n`],
  },
  { what: 'an unknown expectation', pieces: [`${POST}${LENGTH}connection: close\r\nexpect: the moon\r\n\r\n${STEAL}`] },
  {
    what: 'a body that waits to be asked for',
    pieces: [`${POST}${LENGTH}connection: close\r\nexpect: 100-continue\r\n\r\n`],
  },
  { what: 'many requests in one piece', pieces: [`GET /livez HTTP/1.1\r\n${HOST}\r\n`.repeat(300)] },
  { what: 'a request that trickles', pieces: [...`GET /livez HTTP/1.1\r\n${HOST}connection: close\r\n\r\n`] },
  { what: 'a body that trickles', pieces: [`${POST}${LENGTH}connection: close\r\n\r\n`, ...STEAL] },
  { what: 'a request line that never ends', pieces: ['GET /', ...'a'.repeat(20)] },
];

export function drawRawRequest(draws: Draws): RawRequest {
  return draws.among(RAW_REQUESTS);
}
