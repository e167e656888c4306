import type { FastifyInstance, FastifyReply } from 'fastify';
import { NODE_HEADER } from '../contract/node-header.js';

/** Nothing may run, be loaded or be framed by an answer of the API, whatever a browser takes it for. */
export const API_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Only the page's own files may run, and it talks to its own node only. */
export const DASHBOARD_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; " +
  "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** As the dashboard's; Swagger UI also puts styles into its elements. */
export const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "connect-src 'self'; font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What every answer says to browsers; a page that needs more puts its own policy in place of the first. */
export const SECURITY_HEADERS = Object.freeze({
  'content-security-policy': API_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  // Pages of other origins may not show pictures of this node either.
  'cross-origin-resource-policy': 'same-origin',
});

/**
 * Puts them on every answer that goes through the application's hooks, but for answers to nodes. A request with a node's header is no
 * browser's: it gives no page of another site a header of its own without asking, and no page is loaded with one.
 */
export function sendSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', ({ headers }, reply, done) => {
    if (headers[NODE_HEADER] === undefined) addSecurityHeaders(reply);
    done();
  });
}

export function addSecurityHeaders(reply: FastifyReply): FastifyReply {
  return reply.headers(SECURITY_HEADERS);
}
