import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway } from '../../server/gateway/gateway-node.js';
import { createMetrics } from '../../server/node/observe/metrics.js';
import { isDeclaredAddress } from '../../server/node/peers/declared-address.js';
import { createPeerClients } from '../../server/node/peers/peer-clients.js';
import type { RunningNode } from '../../server/node/running-node.js';
import { SMALL, smallPicture } from '../node/small-cluster.js';
import { ANY_PORT, silent, testConfig } from '../support/test-cluster.js';

const SECRET = 'what-no-path-leads-to';
let gateway: RunningNode;
let folder: string;
let jpeg: Buffer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'deepthings-secret-'));
  writeFileSync(join(folder, 'secret.txt'), SECRET);
  const config = await testConfig(SMALL, 1, 'http://127.0.0.1:65535');
  gateway = await startGateway({ config, token: null, log: silent, listen: ANY_PORT });
  jpeg = await smallPicture();
});
afterAll(async () => {
  await gateway?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Sends bytes as they stand, which no client would; returns the whole answer. */
async function raw(text: string | Buffer): Promise<string> {
  const socket = connect(Number(new URL(gateway.address).port), '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => {});
  socket.write(text);
  await closed;
  return answer;
}

const get = (path: string, more = '') =>
  raw(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n${more}\r\n`);

describe('a path out of the folder of files', () => {
  const up = '../'.repeat(12);
  const target = () => join(folder, 'secret.txt');
  it.each([
    ['with dots', () => `/assets/${up}${target()}`],
    ['with encoded dots', () => `/assets/${up.replaceAll('.', '%2e')}${target()}`],
    ['with encoded slashes', () => `/assets/${up.replaceAll('/', '%2f')}${target().replaceAll('/', '%2f')}`],
    ['encoded twice', () => `/assets/${up.replaceAll('.', '%252e')}${target()}`],
    ['with backslashes', () => `/assets/${up.replaceAll('/', '%5c')}${target()}`],
    ['with a zero byte', () => `/assets/${up}${target()}%00.js`],
    ['in the docs', () => `/docs/static/${up}${target()}`],
    ['in the docs, encoded', () => `/docs/static/${up.replaceAll('/', '%2f')}${target()}`],
    ['as the whole address', () => `http://localhost/assets/${up}${target()}`],
    ['as a frame', () => `/frames/${encodeURIComponent(`${up}${target()}`)}`],
    ['as a frame’s picture', () => `/frames/${encodeURIComponent(`${up}${target()}`)}/image`],
    ['as a frame’s trace', () => `/frames/..%2f..%2f..%2fetc%2fpasswd/trace`],
    ['to the page’s sources', () => '/assets/../../../package.json'],
    ['to the page’s sources in the docs', () => '/docs/static/../package.json'],
  ])('%s leads nowhere', async (_name, path) => {
    const answer = await get(path());
    expect(answer).toMatch(/^HTTP\/1\.1 (400|403|404) /);
    expect(answer).not.toContain(SECRET);
    expect(answer).not.toContain('devDependencies');
  });
});

describe('a header that is put into another’s place', () => {
  const injected = 'x%0d%0aset-cookie:%20a=b%0d%0a%0d%0a<script>';
  it.each([
    `/frames?source=${injected}&limit=1`,
    `/frames?label=${injected}&limit=1`,
    `/frames/${injected}`,
    `/${injected}`,
    `/docs/${injected}`,
    `/assets/${injected}`,
  ])('by %s does not get into an answer’s head', async (path) => {
    const [head] = (await get(path)).split('\r\n\r\n');
    expect(head!.toLowerCase()).not.toContain('set-cookie');
    expect(head!.toLowerCase()).not.toContain('<script');
  });

  it.each([
    ['two lengths', 'POST /frames HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\nabcd'],
    [
      'a length and chunks',
      'POST /frames HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a bare line feed', 'GET /livez HTTP/1.1\r\nhost: localhost\r\nx: a\nauthorization: b\r\n\r\n'],
    ['a folded header', 'GET /livez HTTP/1.1\r\nhost: localhost\r\nx: a\r\n b\r\nconnection: close\r\n\r\n'],
    ['two hosts', 'GET /cluster HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\nconnection: close\r\n\r\n'],
    ['no host', 'GET /cluster HTTP/1.1\r\nconnection: close\r\n\r\n'],
    ['too many bytes of headers', `GET /livez HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`],
  ])('%s in a request: at most one answer, and no reading of the rest as another', async (name, text) => {
    const answer = await raw(`${text}GET /cluster HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
    expect(answer).not.toContain('"plan"');
    if (!['a folded header', 'two hosts'].includes(name)) expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
  });

  it('a file’s name in a form says nothing', async () => {
    const name = '../../../../etc/passwd"\r\nx: y';
    const form = new FormData();
    form.set('image', new Blob([jpeg]), name);
    const reply = await fetch(`${gateway.address}/frames`, { method: 'POST', body: form });
    expect(reply.status).toBe(503);
    expect(await reply.text()).not.toContain('passwd');
  });
});

describe('an address that is announced', () => {
  const DECLARED = 'http://192.0.2.10:8081';

  it.each([
    'http://192.0.2.10:22',
    'http://192.0.2.10',
    'https://192.0.2.10:8081',
    'http://192.0.2.11:8081',
    'http://192.0.2.10.evil.example:8081',
    'http://192.0.2.10:8081@evil.example',
    'http://169.254.169.254',
    'http://127.0.0.1:8081',
    'http://[::1]:8081',
    'file:///etc/passwd',
    'gopher://192.0.2.10:8081',
    'http://[',
    '',
  ])('is not asked for anything when nobody declared it: %s', (announced) => {
    expect(isDeclaredAddress(DECLARED, announced)).toBe(false);
    const metrics = createMetrics({ role: 'edge', node: 'e0' });
    const peers = createPeerClients({
      self: 'e0',
      token: null,
      tls: null,
      nodes: [{ id: 'e1', address: DECLARED }],
      metrics,
      log: silent,
    });
    expect(() => peers.client(announced)).toThrow(expect.objectContaining({ code: 'DT_ADDRESS_UNDECLARED' }));
    return peers.close();
  });

  it.each([
    'http://192.0.2.10:8081',
    'http://192.0.2.10:443',
    'https://192.0.2.10',
    'https://192.0.2.10:8081@evil.example',
    'https://evil.example',
  ])('is not asked in place of an https one: %s', (announced) => {
    expect(isDeclaredAddress('https://192.0.2.10:8081', announced)).toBe(false);
  });

  it('is asked when it is the declared one', () => {
    expect(isDeclaredAddress(DECLARED, DECLARED)).toBe(true);
    expect(isDeclaredAddress('http://pi.lan', 'http://pi.lan:80')).toBe(true);
    expect(isDeclaredAddress('https://pi.lan', 'https://pi.lan:443')).toBe(true);
  });
});
