import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { bodyDigest, DIGEST_HEADER } from '../../client/body-digest.js';
import type { Problem } from '../../client/problem-error.js';
import { contractOperations, readContract } from './contract.js';
import type { NodeMetrics } from './metrics.js';
import { HttpProblem, problemDocument, problemOf } from './problem.js';
import { SECURITY_HEADERS } from './security-headers.js';

const PROBLEM_TYPE = 'application/problem+json';

interface PathMethods {
  readonly path: RegExp;
  readonly methods: readonly string[];
}

/** Answers everything that goes wrong within a route, and what leads to none, with a problem, and counts it. */
export function answerWithProblems(app: FastifyInstance, metrics: NodeMetrics): void {
  const paths = contractPaths();
  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split('?', 1)[0]!;
    const known = paths.find((candidate) => candidate.path.test(path));
    if (known === undefined) {
      const detail = `there is no ${request.method} ${path}; /docs lists what there is`;
      return refuse(reply, problemDocument(404, 'DT_NOT_FOUND', detail), metrics);
    }
    const allowed = known.methods.join(', ');
    const detail = `expected ${allowed} for ${path}, got ${request.method}; /docs lists what there is`;
    return refuse(reply.header('allow', allowed), problemDocument(405, 'DT_METHOD', detail), metrics);
  });
  app.setErrorHandler(async (error, request, reply) => {
    const problem = problemOf(error);
    // Without the query: somebody may have put a secret there.
    const path = request.url.split('?', 1)[0]!;
    // 500 is this node's own fault; what is above (not yet, not now) was meant.
    if (problem.status === 500) request.log.error({ err: error, path }, 'request failed');
    else request.log.debug({ code: problem.code, detail: problem.detail, path }, 'request refused');
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
    const retryAfter = error instanceof HttpProblem ? error.retryAfterSeconds : null;
    if (retryAfter !== null) reply.header('retry-after', retryAfter);
    return refuse(reply, problem, metrics);
  });
}

/** Sends a problem, and counts it. */
export function refuse(reply: FastifyReply, problem: Problem, metrics: NodeMetrics): FastifyReply {
  metrics.refused.inc({ code: problem.code });
  return reply.code(problem.status).type(PROBLEM_TYPE).send(problem);
}

/** Answers, where it still can, what is no HTTP request that could have a route. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  socket.end(rawAnswer(clientProblem(error.code)));
}

/** A whole answer, for a connection that no HTTP server has. */
export function rawAnswer(problem: Problem): string {
  const body = JSON.stringify(problem);
  const security = Object.entries(SECURITY_HEADERS).map(([name, value]) => `${name}: ${value}\r\n`);
  return (
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\ncontent-type: ${PROBLEM_TYPE}\r\n${security.join('')}` +
    `${DIGEST_HEADER}: ${bodyDigest(body)}\r\n` +
    `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
  );
}

/**
 * Refuses with a problem what Node itself would refuse with no word: a request without a host (which its server must have
 * been told to let through), and expectations that nobody can meet.
 */
export function answerUnroutable(app: FastifyInstance, metrics: NodeMetrics): void {
  app.addHook('onRequest', async ({ raw }) => {
    if (raw.httpVersion !== '1.1' || raw.headers.host !== undefined) return;
    throw new HttpProblem(400, 'DT_REQUEST', 'expected a host header');
  });
  app.server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const problem = problemDocument(417, 'DT_REQUEST', 'expected no expectation but 100-continue');
    metrics.refused.inc({ code: problem.code });
    const body = JSON.stringify(problem);
    const headers = { 'content-type': PROBLEM_TYPE, [DIGEST_HEADER]: bodyDigest(body), connection: 'close' };
    response.writeHead(problem.status, headers).end(body);
  });
}

function clientProblem(code: string | undefined): Problem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return problemDocument(431, 'DT_REQUEST', 'expected the path and the headers to have less than 16 KiB');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return problemDocument(408, 'DT_REQUEST', 'the request did not arrive in time');
    default:
      return problemDocument(400, 'DT_REQUEST', 'expected an HTTP/1.1 request');
  }
}

function contractPaths(): readonly PathMethods[] {
  const methods = new Map<string, string[]>();
  for (const { path, method } of contractOperations(readContract())) {
    methods.set(path, [...(methods.get(path) ?? []), method.toUpperCase()]);
  }
  return [...methods].map(([path, names]) => ({
    path: new RegExp(`^${path.replace('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
    methods: names,
  }));
}
