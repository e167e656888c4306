import type { FastifyInstance, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { NODE_HEADER } from '../contract/node-header.js';
import { HttpProblem } from '../problems/problem.js';
import type { RefusedCaller } from '../problems/refused-callers.js';
import { accessCheck, type ClusterToken, tokenSource } from '../tokens.js';
import { DEVICE_ID } from '../wire/wire-facts.js';

const TOKEN_EXPECTED =
  'expected "Authorization: Bearer <the cluster\'s token>": a node and a command send what DEEPTHINGS_TOKEN, or ' +
  'DEEPTHINGS_TOKEN_FILE, says';

export interface AuthenticationOptions {
  /** Null: nobody needs one (a node that listens on loopback only). */
  readonly token: ClusterToken | null;
  /** Whether a path may be asked for without a token: health, and files that say nothing of this cluster. */
  readonly isOpen: (path: string) => boolean;
  /** Told of callers that show a wrong token, and of nodes that show none. */
  readonly onRefused: (caller: RefusedCaller) => void;
}

/**
 * Asks for the cluster's token before anything else is looked at, so that without one nothing is said about what
 * exists: an unknown path answers 401 as well. A token for reading opens what does not change anything, and none of
 * what nodes say to each other.
 */
export const authentication = fastifyPlugin(
  async (app: FastifyInstance, { token, isOpen, onRefused }: AuthenticationOptions) => {
    if (token === null) return;
    const accessOf = accessCheck(tokenSource(token));
    app.addHook('onRequest', (request, _reply, done) => {
      const path = request.url.split('?', 1)[0]!;
      if (isOpen(path)) return done();
      const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
      const access = given === undefined ? 'none' : accessOf(given);
      if (access === 'full') return done();
      if (access === 'none') {
        if (given !== undefined || request.routeOptions.config.isWork) onRefused(refusedCaller(request, given));
        throw new HttpProblem('DT_TOKEN', TOKEN_EXPECTED);
      }
      const isReading = request.method === 'GET' || request.method === 'HEAD';
      if (isReading && !request.routeOptions.config.isWork) return done();
      throw new HttpProblem('DT_READ_ONLY', 'this token is for reading only: this needs DEEPTHINGS_TOKEN');
    });
  },
  { name: 'authentication' },
);

/** What it says of itself is not checked, and shown only where it has the form of an id. */
function refusedCaller({ headers, ip }: FastifyRequest, given: string | undefined): RefusedCaller {
  const claimed = headers[NODE_HEADER];
  const device = typeof claimed === 'string' && DEVICE_ID.test(claimed) ? claimed : null;
  const what = given === undefined ? 'shows no token' : 'shows a wrong token';
  const detail = `${what}: give it the DEEPTHINGS_TOKEN (or the token file) of this cluster, or stop it`;
  return { code: 'DT_TOKEN', detail, address: ip, device };
}
