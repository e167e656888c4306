import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { HttpProblem } from './problem.js';

export interface AuthenticationOptions {
  /** Null: nobody needs one (a node that listens on loopback only). */
  readonly token: string | null;
  /** Whether a path may be asked for without a token: health, and files that say nothing of this cluster. */
  readonly isOpen: (path: string) => boolean;
}

/**
 * Asks for the cluster's token before anything else is looked at, so that without one nothing is said about what
 * exists: an unknown path answers 401 as well.
 */
export const authentication = fastifyPlugin(
  async (app: FastifyInstance, { token, isOpen }: AuthenticationOptions) => {
    if (token === null) return;
    const expected = digest(token);
    app.addHook('onRequest', async (request) => {
      const path = request.url.split('?', 1)[0]!;
      if (isOpen(path)) return;
      const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
      // Digests have one length, so that the comparison tells nothing of the token's.
      if (given !== undefined && timingSafeEqual(digest(given), expected)) return;
      throw new HttpProblem(401, 'DT_TOKEN', 'expected "Authorization: Bearer <the cluster\'s token>"');
    });
  },
  { name: 'authentication' },
);

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
