import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway } from '../../server/gateway/gateway-node.js';
import type { RunningNode } from '../../server/node/running-node.js';
import { ask, askPath } from '../node/ask.js';
import { SMALL, smallPicture } from '../node/small-cluster.js';
import { ANY_PORT, silent, testConfig } from '../support/test-cluster.js';

let open: RunningNode;
let closed: RunningNode;
let jpeg: Buffer;
const TOKEN = 'the-token-of-this-test';

beforeAll(async () => {
  const config = await testConfig(SMALL, 1, 'http://gateway.lan:65535');
  open = await startGateway({ config, token: null, log: silent, listen: ANY_PORT });
  closed = await startGateway({ config, token: TOKEN, log: silent, listen: ANY_PORT });
  jpeg = await smallPicture();
});
afterAll(() => Promise.all([open?.stop(), closed?.stop()]));

const codeOf = (reply: { status: number; json(): { code?: string } }) =>
  reply.status < 400 ? String(reply.status) : `${reply.status} ${reply.json().code}`;

describe('a node without a token', () => {
  it.each(['evil.example', 'evil.example:8080', '127.0.0.1.evil.example', '127.0.0.1@evil.example', '10.0.0.7', ''])(
    'does not answer to the name "%s"',
    async (host) => {
      for (const path of ['/cluster', '/', '/livez', '/docs', '/nothing', '/frames']) {
        const reply = await askPath(open.address, 'GET', path, { headers: { host } });
        expect([path, codeOf(reply)]).toEqual([path, '403 DT_HOST']);
      }
    },
  );

  it.each(['localhost', 'LOCALHOST:1', '127.0.0.1', '[::1]:8080', 'gateway.lan', 'Gateway.LAN:8080'])(
    'answers to %s',
    async (host) => {
      expect((await ask(open.address, 'getCluster', { headers: { host } })).status).toBe(200);
    },
  );

  it.each([
    ['another site', { origin: 'https://evil.example' }],
    ['a page without an origin', { origin: 'null' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['another site that hides its origin', { 'sec-fetch-site': 'cross-site' }],
    ['another program of this machine', { 'sec-fetch-site': 'same-site' }],
  ])('takes nothing that a page of %s sends', async (_name, headers: Record<string, string>) => {
    const forms = [
      await ask(open.address, 'submitFrame', { headers, form: { image: jpeg } }),
      await ask(open.address, 'submitFrame', { headers, body: ['image/jpeg', jpeg] }),
      await ask(open.address, 'stealTask', { headers, json: { thief: 'e0', sequence: 1 } }),
      await ask(open.address, 'deleteFrame', { headers, path: { frame: 'zz-1' } }),
    ];
    expect(new Set(forms.map(codeOf))).toEqual(new Set(['403 DT_ORIGIN']));
  });

  it('gives no page of another origin the right to read', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    for (const method of ['GET', 'OPTIONS']) {
      const reply = await askPath(open.address, method, '/cluster', { headers });
      expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      expect(reply.headers['cross-origin-resource-policy']).toBe('same-origin');
    }
  });

  it('takes a picture from curl and from its own dashboard', async () => {
    const own = { origin: open.address, 'sec-fetch-site': 'same-origin' };
    for (const headers of [{}, own, { 'sec-fetch-site': 'none' }] as Record<string, string>[]) {
      const reply = await ask(open.address, 'submitFrame', { headers, form: { image: jpeg } });
      // No device is there: whoever gets this far has been let in.
      expect(codeOf(reply)).toBe('503 DT_NO_DEVICE');
    }
  });
});

describe('what a page of another site may not hold', () => {
  it.each(['cross-site', 'same-site'])('%s: event streams, with a token and without, in whatever way', async (site) => {
    for (const [node, token] of [
      [open, null],
      [closed, TOKEN],
    ] as const) {
      for (const mode of ['cors', 'no-cors', 'navigate']) {
        const headers: Record<string, string> = {
          'sec-fetch-site': site,
          'sec-fetch-mode': mode,
          'sec-fetch-dest': 'document',
        };
        if (token !== null) headers.authorization = `Bearer ${token}`;
        expect(codeOf(await askPath(node.address, 'GET', '/events', { headers }))).toBe('403 DT_ORIGIN');
      }
    }
  });

  it('anything else that it does not visit, without a token', async () => {
    for (const path of ['/cluster', '/metrics', '/frames', '/frames/zz-1/annotated', '/plan']) {
      const picture = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' };
      expect(codeOf(await askPath(open.address, 'GET', path, { headers: picture }))).toBe('403 DT_ORIGIN');
      const frame = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' };
      expect(codeOf(await askPath(open.address, 'GET', path, { headers: frame }))).toBe('403 DT_ORIGIN');
    }
    const visit = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    for (const path of ['/', '/cluster', '/docs/']) {
      expect((await askPath(open.address, 'GET', path, { headers: visit })).status).toBe(200);
    }
  });
});

describe('a node with a token', () => {
  it('goes by the token alone: a reverse proxy may give it any name', async () => {
    const headers = { host: 'objects.example', origin: 'https://objects.example', authorization: `Bearer ${TOKEN}` };
    expect((await ask(closed.address, 'getCluster', { headers })).status).toBe(200);
    expect(codeOf(await ask(closed.address, 'submitFrame', { headers, form: { image: jpeg } }))).toBe(
      '503 DT_NO_DEVICE',
    );
  });
});

describe('what every answer says to browsers', () => {
  const CASES: [string, string, Record<string, string>][] = [
    ['GET', '/cluster', {}],
    ['GET', '/livez', {}],
    ['GET', '/nothing', {}],
    ['PATCH', '/frames', {}],
    ['GET', '/frames/%zz', {}],
    ['GET', `/frames/${'a'.repeat(50_000)}`, {}],
    ['GET', '/cluster', { host: 'evil.example' }],
    ['GET', '/', {}],
    ['GET', '/docs/', {}],
    ['GET', '/docs/static/swagger-ui-bundle.js', {}],
    ['GET', '/docs/nothing', {}],
  ];

  it.each(CASES)('%s %.40s', async (method, path, headers) => {
    for (const node of [open, closed]) {
      const reply = await askPath(node.address, method, path, { headers });
      expect(reply.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'content-security-policy': expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/),
      });
      // Scripts come from files of this node, if at all.
      expect(reply.headers['content-security-policy']).not.toMatch(/script-src[^;]*('unsafe|https?:|\*)/);
    }
  });

  it('is not said to nodes, whose requests no browser sends', async () => {
    const reply = await askPath(open.address, 'GET', '/cluster', { headers: { 'deepthings-node': 'e0' } });
    for (const name of ['content-security-policy', 'x-content-type-options'])
      expect(reply.headers).not.toHaveProperty(name);
    // A page that sends this header asks first whether it may, and is not answered that it may.
    const asked = { origin: 'http://evil.example', 'access-control-request-headers': 'deepthings-node' };
    const preflight = await askPath(open.address, 'OPTIONS', '/cluster', { headers: asked });
    expect(preflight.status).toBeGreaterThanOrEqual(400);
    expect(preflight.headers).not.toHaveProperty('access-control-allow-headers');
  });

  it('the dashboard’s and the docs’ pages have nothing that their policy forbids', async () => {
    for (const path of ['/', '/docs/']) {
      const html = Buffer.from((await askPath(open.address, 'GET', path)).bytes).toString();
      expect(html).toContain('<script');
      expect(html).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/);
      expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
      expect(html).not.toMatch(/\son\w+=/);
    }
  });
});
