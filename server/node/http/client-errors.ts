import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Problem } from '../../../client/problem-error.js';
import type { NodeMetrics } from '../observe/metrics.js';
import { problemDocument } from '../problems/problem.js';
import { rawAnswer } from '../problems/refusals.js';

type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse };

/**
 * Answers, where it still can, what is no HTTP request that could have a route. Requests of the same connection that were
 * complete get their answers first: a client that sends some bytes too many does not lose what it asked for.
 */
export class ClientErrors {
  readonly #underWay = new WeakMap<Socket, Set<Exchange>>();
  readonly #metrics: Pick<NodeMetrics, 'refused'>;

  constructor(metrics: Pick<NodeMetrics, 'refused'>) {
    this.#metrics = metrics;
  }

  /** Keeps track of what is being answered on each connection. */
  watch(app: FastifyInstance): void {
    app.addHook('onRequest', ({ raw: request }, { raw: response }, done) => {
      const exchanges = this.#underWay.get(request.socket) ?? new Set();
      this.#underWay.set(request.socket, exchanges);
      const exchange = { request, response };
      exchanges.add(exchange);
      response.once('close', () => exchanges.delete(exchange));
      done();
    });
  }

  /** For a server's `clientError`. */
  answer(error: Error & { readonly code?: string }, socket: Socket): void {
    if (error.code === 'ECONNRESET' || !socket.writable) return;
    const complete = [...(this.#underWay.get(socket) ?? [])].filter(({ request }) => request.complete);
    const last = complete.at(-1);
    if (last === undefined) {
      const problem = clientProblem(error.code);
      this.#metrics.refused.inc({ code: problem.code });
      socket.end(rawAnswer(problem));
      return;
    }
    socket.pause();
    for (const { response } of complete) {
      if (response === last.response && !response.headersSent) response.setHeader('connection', 'close');
    }
    last.response.once('close', () => socket.destroySoon());
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
