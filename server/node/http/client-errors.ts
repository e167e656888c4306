import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Problem } from '../../../client/problem-error.js';
import type { NodeMetrics } from '../observe/metrics.js';
import { problemDocument } from '../problems/problem.js';
import { rawAnswer } from '../problems/refusals.js';

/**
 * Answers, where it still can, what is no HTTP request that could have a route. Requests of the same connection that were
 * complete get their answers first: a client that sends some bytes too many does not lose what it asked for.
 */
export class ClientErrors {
  /** Requests of each connection, by the responses that are not out yet. */
  readonly #underWay = new WeakMap<Socket, Map<ServerResponse, IncomingMessage>>();
  readonly #metrics: Pick<NodeMetrics, 'refused'>;

  constructor(metrics: Pick<NodeMetrics, 'refused'>) {
    this.#metrics = metrics;
  }

  /** Keeps track of what is being answered on each connection. */
  watch(app: FastifyInstance): void {
    app.addHook('onRequest', ({ raw: request }, { raw: response }, done) => {
      const known = this.#underWay.get(request.socket);
      if (known === undefined) this.#underWay.set(request.socket, new Map([[response, request]]));
      else known.set(response, request);
      done();
    });
    app.addHook('onResponse', ({ raw: request }, { raw: response }, done) => {
      this.#underWay.get(request.socket)?.delete(response);
      done();
    });
  }

  /** For a server's `clientError`. */
  answer(error: Error & { readonly code?: string }, socket: Socket): void {
    if (error.code === 'ECONNRESET' || !socket.writable) return;
    const underWay = [...(this.#underWay.get(socket) ?? [])];
    const complete = underWay.flatMap(([response, request]) => (request.complete ? [response] : []));
    const last = complete.at(-1);
    if (last === undefined) {
      const problem = clientProblem(error.code);
      this.#metrics.refused.inc({ code: problem.code });
      socket.end(rawAnswer(problem));
      return;
    }
    socket.pause();
    if (!last.headersSent) last.setHeader('connection', 'close');
    last.once('close', () => socket.destroySoon());
  }
}

function clientProblem(code: string | undefined): Problem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return problemDocument(
        { code: 'DT_REQUEST', status: 431 },
        'expected the path and the headers to have less than 16 KiB',
      );
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return problemDocument({ code: 'DT_REQUEST', status: 408 }, 'the request did not arrive in time');
    default:
      return problemDocument({ code: 'DT_REQUEST', status: 400 }, 'expected an HTTP/1.1 request');
  }
}
