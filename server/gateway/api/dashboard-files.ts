import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DASHBOARD_POLICY } from '../../node/problems/security-headers.js';

const PAGE = 'index.html';
/** What the dashboard's build puts beside each file (`dashboard/vite.config.ts`). */
const COMPRESSED = '**/*.{br,gz}';

/** Where `npm run build` puts the dashboard; null when it has not been built. */
function dashboardFolder(): string | null {
  const page = createRequire(import.meta.url)
    .resolve('#package')
    .replace(/package\.json$/, `dist/dashboard/${PAGE}`);
  return existsSync(page) ? dirname(page) : null;
}

/** Paths of the dashboard's own files: they say nothing of the cluster, so no token is asked for. */
export function isDashboardPath(path: string): boolean {
  return path === '/' || path === `/${PAGE}` || path.startsWith('/assets/') || path === '/favicon.svg';
}

/**
 * Serves the dashboard at `/`. Its assets have a digest of their content in their names and are cached for good; the page
 * that names them is asked for each time. Both come compressed to clients that accept it.
 *
 * @param root the folder of the built dashboard; null when it has not been built.
 */
export async function serveDashboard(app: FastifyInstance, root = dashboardFolder()): Promise<void> {
  if (root === null) {
    app.get('/', async (_request, reply) =>
      reply.type('text/plain').send('The dashboard has not been built: run "npm run build". The API is at /docs.\n'),
    );
    return;
  }
  await app.register(fastifyStatic, {
    root,
    wildcard: false,
    globIgnore: [PAGE, COMPRESSED],
    preCompressed: true,
    immutable: true,
    maxAge: '365d',
    setHeaders: (response) => {
      response.header('content-security-policy', DASHBOARD_POLICY);
    },
  });
  servePage(app, readFileSync(join(root, PAGE)));
}

/** Serves the page, whose tag is of its content: packed installations give the files of all versions one date. */
function servePage(app: FastifyInstance, page: Uint8Array): void {
  const tag = `W/"${createHash('sha256').update(page).digest('base64url')}"`;
  const handler = async (request: FastifyRequest, reply: FastifyReply) => {
    reply.headers({ etag: tag, 'cache-control': 'no-cache' });
    // What a browser has kept takes this answer's headers.
    if (request.headers['if-none-match'] === tag) {
      return reply.code(304).headers({ 'content-security-policy': DASHBOARD_POLICY, vary: 'accept-encoding' }).send();
    }
    return reply.sendFile(PAGE, { cacheControl: false, etag: false, lastModified: false });
  };
  for (const url of ['/', `/${PAGE}`]) app.route({ method: ['HEAD', 'GET'], url, handler });
}
