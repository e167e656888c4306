import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveDashboard } from '../../../server/gateway/api/dashboard-files.js';
import { DASHBOARD_POLICY } from '../../../server/node/problems/security-headers.js';

const SCRIPT = 'export const lines = [];\n'.repeat(200);
const STYLES = 'body { margin: 0; }\n'.repeat(200);
const PAGE = '<script src="./assets/index-AAAAAAAA.js"></script>';
const FOR_GOOD = 'public, max-age=31536000, immutable';

let root: string;
let app: FastifyInstance;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'deepthings-dashboard-'));
  mkdirSync(join(root, 'assets'));
  writeFileSync(join(root, 'assets/index-AAAAAAAA.js'), SCRIPT);
  writeFileSync(join(root, 'assets/index-AAAAAAAA.js.br'), brotliCompressSync(SCRIPT));
  writeFileSync(join(root, 'assets/index-AAAAAAAA.js.gz'), gzipSync(SCRIPT));
  writeFileSync(join(root, 'assets/index-BBBBBBBB.css'), STYLES);
  writeFileSync(join(root, 'assets/index-BBBBBBBB.css.gz'), gzipSync(STYLES));
  app = await appWith(PAGE);
});
afterEach(async () => {
  await app.close();
  rmSync(root, { recursive: true });
});

/** An app that serves the folder with that page, which has the date that `npm pack` gives every file. */
async function appWith(page: string): Promise<FastifyInstance> {
  writeFileSync(join(root, 'index.html'), page);
  writeFileSync(join(root, 'index.html.gz'), gzipSync(page));
  for (const file of ['index.html', 'index.html.gz']) utimesSync(join(root, file), 499_162_500, 499_162_500);
  const served = Fastify();
  await serveDashboard(served, root);
  return served;
}

const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });

describe('an asset', () => {
  it.each([
    ['br', 'gzip, deflate, br', 'js', (bytes: Buffer) => brotliDecompressSync(bytes).toString(), SCRIPT],
    ['gzip', 'gzip, deflate', 'js', (bytes: Buffer) => gunzipSync(bytes).toString(), SCRIPT],
    [undefined, 'br;q=0, gzip;q=0', 'js', String, SCRIPT],
    [undefined, '', 'js', String, SCRIPT],
    ['gzip', 'gzip, br', 'css', (bytes: Buffer) => gunzipSync(bytes).toString(), STYLES],
  ])('comes as %s to a client that accepts "%s": %s', async (encoding, accepted, ending, decoded, text) => {
    const name = ending === 'js' ? 'index-AAAAAAAA.js' : 'index-BBBBBBBB.css';
    const { headers, rawPayload, statusCode } = await get(`/assets/${name}`, { 'accept-encoding': accepted });
    expect([statusCode, headers['content-encoding']]).toEqual([200, encoding]);
    expect(decoded(rawPayload)).toBe(text);
    expect(headers).toMatchObject({
      'cache-control': FOR_GOOD,
      'content-length': String(rawPayload.byteLength),
      'content-security-policy': DASHBOARD_POLICY,
      'content-type': expect.stringContaining(ending === 'js' ? 'javascript' : 'text/css'),
      vary: 'accept-encoding',
    });
  });

  it('has no address of its own for its copies', async () => {
    for (const copy of ['/assets/index-AAAAAAAA.js.br', '/assets/index-AAAAAAAA.js.gz', '/index.html.gz']) {
      expect((await get(copy)).statusCode, copy).toBe(404);
    }
  });
});

describe('the page', () => {
  it.each(['/', '/index.html'])('is asked for each time, and may come compressed: %s', async (url) => {
    const plain = await get(url);
    expect([plain.statusCode, plain.payload]).toEqual([200, PAGE]);
    const packed = await get(url, { 'accept-encoding': 'gzip, br' });
    expect(gunzipSync(packed.rawPayload).toString()).toBe(PAGE);
    for (const { headers } of [plain, packed]) {
      expect(headers).toMatchObject({
        'cache-control': 'no-cache',
        'content-security-policy': DASHBOARD_POLICY,
        'content-type': 'text/html; charset=utf-8',
        etag: expect.stringMatching(/^W\/"[\w-]{43}"$/),
        vary: 'accept-encoding',
      });
      expect(headers).not.toHaveProperty('last-modified');
    }
  });

  it('is not sent again to a browser that has it, which keeps the policy', async () => {
    const { etag } = (await get('/')).headers;
    const again = await get('/', { 'if-none-match': etag! });
    expect([again.statusCode, again.payload]).toEqual([304, '']);
    expect(again.headers).toMatchObject({
      'cache-control': 'no-cache',
      'content-security-policy': DASHBOARD_POLICY,
      etag,
    });
    expect((await get('/', { 'if-none-match': 'W/"of-another"' })).statusCode).toBe(200);
  });

  it('has another tag when it is another, of the same length and date', async () => {
    const { etag } = (await get('/')).headers;
    await app.close();
    app = await appWith(PAGE.replace('AAAAAAAA', 'CCCCCCCC'));
    const after = await get('/', { 'if-none-match': etag!, 'if-modified-since': new Date().toUTCString() });
    expect([after.statusCode, after.payload]).toEqual([200, PAGE.replace('AAAAAAAA', 'CCCCCCCC')]);
    expect(after.headers.etag).not.toBe(etag);
  });

  it('answers HEAD with its headers only', async () => {
    const { headers, payload, statusCode } = await app.inject({ method: 'HEAD', url: '/' });
    expect([statusCode, payload]).toEqual([200, '']);
    expect(headers['cache-control']).toBe('no-cache');
  });

  it('says what to do when it has not been built', async () => {
    const bare = Fastify();
    await serveDashboard(bare, null);
    expect((await bare.inject('/')).payload).toContain('npm run build');
    await bare.close();
  });
});

describe('the built dashboard', () => {
  const built = join(import.meta.dirname, '../../../dist/dashboard');
  const names = readdirSync(built, { recursive: true, encoding: 'utf8' });

  it.each(names.filter((name) => /\.(css|html|js|svg)$/.test(name)))('has compressed copies of %s', (name) => {
    const file = readFileSync(join(built, name));
    const [br, gz] = [readFileSync(join(built, `${name}.br`)), readFileSync(join(built, `${name}.gz`))];
    expect(brotliDecompressSync(br).equals(file)).toBe(true);
    expect(gunzipSync(gz).equals(file)).toBe(true);
    expect(br.byteLength).toBeLessThan(gz.byteLength);
  });
});
