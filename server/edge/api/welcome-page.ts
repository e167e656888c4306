import type { FastifyInstance } from 'fastify';

/** The one path that a device serves besides the contract's and `/docs`. */
export function isWelcomePath(path: string): boolean {
  return path === '/';
}

/**
 * Serves at `/` what the node is, for whoever opens its address in a browser, with a link to the gateway's dashboard. It says no more of the
 * cluster: no token is asked for.
 *
 * @param gateway its address, as `cluster.yaml` has it.
 */
export function serveWelcome(app: FastifyInstance, gateway: string): void {
  const page =
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    '<meta name="color-scheme" content="light dark"><title>DeepThings edge device</title></head><body><main>' +
    '<h1>DeepThings edge device</h1><p>This node computes for a cluster. Its pictures, results and devices are shown by ' +
    `<a href="${html(gateway)}">the gateway at ${html(gateway)}</a>.</p>` +
    '<p>What this node answers: <a href="docs/">its API</a>.</p></main></body></html>\n';
  app.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(page));
}

function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
