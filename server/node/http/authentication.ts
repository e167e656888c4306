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

const TICKET_EXPECTED =
  'expected a ticket of this node that is not older than a minute: POST /events/tickets, with the token, gives one';

export interface AuthenticationOptions {
  /** Null: nobody needs one (a node that listens on loopback only). */
  readonly token: ClusterToken | null;
  /** Whether a path may be asked for without a token: health, and files that say nothing of this cluster. */
  readonly isOpen: (path: string) => boolean;
  /** Returns whether a text is a valid ticket of this node. A ticket opens `GET /events` without a token. */
  readonly isTicket: (text: unknown) => boolean;
  /** Told of callers that show a wrong token, and of nodes that show none. */
  readonly onRefused: (caller: RefusedCaller) => void;
}

/**
 * Asks for the cluster's token before anything else is looked at, so that without one nothing is said about what
 * exists: an unknown path answers 401 as well. A token for reading opens what does not change anything, and none of
 * what nodes say to each other. A ticket opens the events only.
 */
export const authentication = fastifyPlugin(
  async (app: FastifyInstance, { token, isOpen, isTicket, onRefused }: AuthenticationOptions) => {
    if (token === null) return;
    const accessOf = accessCheck(tokenSource(token));
    app.addHook('onRequest', (request, _reply, done) => {
      const path = request.url.split('?', 1)[0]!;
      if (isOpen(path)) return done();
      const { isWork = false, operationId } = request.routeOptions.config;
      const { ticket } = request.query as { readonly ticket?: unknown };
      if (operationId === 'getEvents' && ticket !== undefined) {
        if (isTicket(ticket)) return done();
        throw new HttpProblem('DT_TOKEN', TICKET_EXPECTED);
      }
      const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
      const access = given === undefined ? 'none' : accessOf(given);
      if (access === 'full') return done();
      if (access === 'none') {
        if (given !== undefined || isWork) onRefused(refusedCaller(request, given));
        throw new HttpProblem('DT_TOKEN', TOKEN_EXPECTED);
      }
      const isReading = ['GET', 'HEAD'].includes(request.method) || operationId === 'createEventTicket';
      if (isReading && !isWork) return done();
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
