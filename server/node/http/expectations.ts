import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { HttpProblem } from '../problems/problem.js';

/**
 * Answers `Expect: 100-continue` only when a request's body is about to be read, so that one that is refused by its headers
 * is not sent for nothing, and every other expectation with 417 (RFC 9110, 10.1.1). Node itself would ask for each body,
 * and refuse with no word.
 */
export function answerExpectations(app: FastifyInstance): void {
  const expecting = new WeakSet<ServerResponse>();
  app.server.on('checkContinue', (request, response) => {
    expecting.add(response);
    app.routing(request, response);
  });
  app.server.on('checkExpectation', (request, response) => app.routing(request, response));
  app.addHook('onRequest', ({ raw: { headers, httpVersion } }, _reply, done) => {
    const expected = headers.expect?.trim().toLowerCase() ?? '';
    // HTTP/1.0 has none.
    if (httpVersion === '1.0' || expected === '' || expected === '100-continue') return done();
    throw new HttpProblem({ code: 'DT_REQUEST', status: 417 }, 'expected no expectation but 100-continue');
  });
  app.addHook('preParsing', (_request, { raw }, _payload, done) => {
    if (expecting.delete(raw)) raw.writeContinue();
    done();
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    // Refused: its client sends no body now, and would take what it sends next for another request.
    if (expecting.has(reply.raw)) reply.header('connection', 'close');
    done();
  });
}
