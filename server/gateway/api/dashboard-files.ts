import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { DASHBOARD_POLICY } from '../../node/problems/security-headers.js';

/** Where `npm run build` puts the dashboard; null when it has not been built. */
function dashboardFolder(): string | null {
  const page = createRequire(import.meta.url)
    .resolve('#package')
    .replace(/package\.json$/, 'dist/dashboard/index.html');
  return existsSync(page) ? dirname(page) : null;
}

/** Paths of the dashboard's own files: they say nothing of the cluster, so no token is asked for. */
export function isDashboardPath(path: string): boolean {
  return path === '/' || path === '/index.html' || path.startsWith('/assets/') || path === '/favicon.svg';
}

/** Serves the dashboard at `/`. */
export async function serveDashboard(app: FastifyInstance): Promise<void> {
  const root = dashboardFolder();
  if (root === null) {
    app.get('/', async (_request, reply) =>
      reply.type('text/plain').send('The dashboard has not been built: run "npm run build". The API is at /docs.\n'),
    );
    return;
  }
  await app.register(fastifyStatic, {
    root,
    wildcard: false,
    setHeaders: (response) => {
      response.header('content-security-policy', DASHBOARD_POLICY);
    },
  });
}
