import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isLoopback } from './listen.js';
import { HttpProblem } from './problem.js';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Keeps pages of other sites, opened in a browser on this machine, from using a node that asks for no token: a name
 * that is made to lead to this machine (DNS rebinding) by the Host header, forms and scripts of other origins by what
 * browsers say of where a request comes from. Programs say nothing of it and are not concerned.
 *
 * A node with a token needs none of this: no other page has the token.
 *
 * @param hosts names besides the loopback's that this node is reached by.
 */
export function guardAgainstPages(app: FastifyInstance, hosts: readonly string[]): void {
  const known = new Set(hosts.map((host) => host.toLowerCase()));
  app.addHook('onRequest', async (request) => {
    requireKnownHost(request, known);
    if (!SAFE_METHODS.has(request.method)) requireOwnOrigin(request);
  });
}

function requireKnownHost({ headers: { host } }: FastifyRequest, known: ReadonlySet<string>): void {
  const url = `http://${host ?? ''}`;
  const name = URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : null;
  if (name !== null && (isLoopback(name) || known.has(name))) return;
  throw new HttpProblem(
    403,
    'DT_HOST',
    'without a token this node answers only to localhost and to the addresses in cluster.yaml: ask it by one of these',
  );
}

function requireOwnOrigin({ headers }: FastifyRequest): void {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  const isOwnSite = site === undefined || site === 'same-origin' || site === 'none';
  const isOwnOrigin = origin === undefined || (URL.canParse(origin) && new URL(origin).host === host?.toLowerCase());
  if (isOwnSite && isOwnOrigin) return;
  throw new HttpProblem(
    403,
    'DT_ORIGIN',
    'refused: a page of another origin sent this. Without a token only the dashboard and programs may; set DEEPTHINGS_TOKEN to let others in by it',
  );
}
