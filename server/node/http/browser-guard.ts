import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpProblem } from '../problems/problem.js';
import { isLoopback } from './listen.js';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Keeps pages of other sites, opened in a browser on this machine, from using a node that asks for no token: a name
 * that is made to lead to this machine (DNS rebinding) by the Host header, forms, scripts and pictures of other origins by
 * what browsers say of where a request comes from. Programs say nothing of it and are not concerned.
 *
 * A node with a token needs none of this: no other page has the token.
 *
 * @param hosts names besides the loopback's that this node is reached by.
 */
export function guardAgainstPages(app: FastifyInstance, hosts: readonly string[]): void {
  const known = new Set(hosts.map(hostName));
  app.addHook('onRequest', (request, _reply, done) => {
    requireKnownHost(request, known);
    if (!SAFE_METHODS.has(request.method) || !isVisit(request.headers)) requireOwnOrigin(request);
    done();
  });
}

/**
 * Keeps pages of other sites from holding a node's event streams, with a token and without: no page of another site may
 * read them, but each that it opens takes the place of another.
 */
export function guardEvents(app: FastifyInstance): void {
  app.addHook('onRequest', ({ headers, routeOptions }, _reply, done) => {
    if (routeOptions.config.operationId !== 'getEvents' || !isOfAnotherSite(headers)) return done();
    const detail = 'refused: a page of another site asks for events, which only the dashboard and programs may watch';
    throw new HttpProblem('DT_ORIGIN', detail);
  });
}

function requireKnownHost({ raw: { headers, httpVersion } }: FastifyRequest, known: ReadonlySet<string | null>): void {
  // No browser speaks HTTP/1.0, in which a request need not name its host.
  if (httpVersion === '1.0' && headers.host === undefined) return;
  const name = hostName(headers.host ?? '');
  if (name !== null && (isLoopback(name) || known.has(name))) return;
  throw new HttpProblem(
    'DT_HOST',
    'without a token this node answers only to localhost and to the addresses in cluster.yaml: ask it by one of these',
  );
}

/** A host's name as it is compared: lower case, without port, brackets and the dot of a name's root; null for none. */
function hostName(host: string): string | null {
  const isBareIPv6 = /^[\da-f]*:[\da-f]*:[\da-f:.]*$/i.test(host);
  const url = `http://${isBareIPv6 ? `[${host}]` : host}`;
  if (!URL.canParse(url)) return null;
  const { hostname, username } = new URL(url);
  return username === '' ? hostname.replace(/^\[|\]$|\.$/g, '') : null;
}

function requireOwnOrigin({ headers }: FastifyRequest): void {
  const { origin, host } = headers;
  const isOwnOrigin = origin === undefined || (URL.canParse(origin) && new URL(origin).host === host?.toLowerCase());
  if (isOwnOrigin && !isOfAnotherSite(headers)) return;
  throw new HttpProblem(
    'DT_ORIGIN',
    'refused: a page of another origin sent this. Without a token only the dashboard and programs may; set DEEPTHINGS_TOKEN to let others in by it',
  );
}

/** By what browsers say of a request; programs say nothing. */
function isOfAnotherSite(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

/** Somebody follows a link to this node: that is shown to them, and to no page. */
function isVisit(headers: IncomingHttpHeaders): boolean {
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}
