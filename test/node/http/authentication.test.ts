import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { authentication } from '../../../server/node/http/authentication.js';

const TOKEN = 'correct horse, with a blank';

let app: FastifyInstance;
afterEach(() => app.close());

async function appWith(token: string | null): Promise<FastifyInstance> {
  app = Fastify();
  await app.register(authentication, {
    token,
    isTicket: () => false,
    onRefused: () => {},
    isOpen: (path) => path === '/open',
  });
  for (const path of ['/open', '/closed']) app.get(path, async () => 'here');
  return app;
}

async function statusOf(url: string, authorization?: string): Promise<number> {
  const headers = authorization === undefined ? {} : { authorization };
  return (await app.inject({ url, headers })).statusCode;
}

describe('a node with a token', () => {
  it.each(['/closed', '/nothing', '/open/more', '/OPEN', '/closed?x=/open', '/%6fpen'])(
    'asks for it at %s',
    async (url) => {
      await appWith(TOKEN);
      expect(await statusOf(url)).toBe(401);
    },
  );

  it.each(['/open', '/open?x=1'])('asks nobody at %s', async (url) => {
    await appWith(TOKEN);
    expect(await statusOf(url)).toBe(200);
  });

  it('takes the token, and nothing like it', async () => {
    await appWith(TOKEN);
    expect(await statusOf('/closed', `Bearer ${TOKEN}`)).toBe(200);
    expect(await statusOf('/nothing', `Bearer ${TOKEN}`)).toBe(404);
    for (const wrong of ['', TOKEN.toUpperCase(), `${TOKEN}x`, TOKEN.slice(1), 'undefined', 'null']) {
      expect(await statusOf('/closed', `Bearer ${wrong}`), wrong).toBe(401);
    }
    expect(await statusOf('/closed', `Digest ${TOKEN}`)).toBe(401);
    expect(await statusOf('/closed', `x Bearer ${TOKEN}`)).toBe(401);
  });
});

describe('a node without a token', () => {
  it('asks nobody', async () => {
    await appWith(null);
    expect(await statusOf('/closed')).toBe(200);
    expect(await statusOf('/closed', 'Bearer whatever')).toBe(200);
  });
});
