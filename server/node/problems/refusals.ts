import { STATUS_CODES } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { bodyDigest, DIGEST_HEADER } from '../../../client/body-digest.js';
import type { Problem } from '../../../client/problem-error.js';
import { contractOperations, readContract } from '../contract/contract.js';
import type { NodeMetrics } from '../observe/metrics.js';
import { HttpProblem, problemOf } from './problem.js';
import { SECURITY_HEADERS } from './security-headers.js';

const PROBLEM_TYPE = 'application/problem+json';

/** What still comes of a refused body is read for this long. */
const REST_OF_BODY_MS = 10_000;

interface PathMethods {
  readonly path: RegExp;
  readonly methods: readonly string[];
}

/** Answers everything that goes wrong within a route, and what leads to none, with a problem, and counts it. */
export function answerWithProblems(app: FastifyInstance, metrics: NodeMetrics): void {
  const paths = contractPaths();
  app.setNotFoundHandler(async (request) => {
    throw noRoute(paths, request);
  });
  // Before a body is read that leads nowhere.
  app.addHook('preParsing', (request, _reply, _payload, done) => {
    if (request.is404) throw noRoute(paths, request);
    done();
  });
  app.setErrorHandler(async (error, request, reply) => {
    const problem = problemOf(error);
    // Without the query: somebody may have put a secret there.
    const path = request.url.split('?', 1)[0]!;
    // 500 is this node's own fault; what is above (not yet, not now) was meant.
    if (problem.status === 500) request.log.error({ err: error, path }, 'request failed');
    else request.log.debug({ code: problem.code, detail: problem.detail, path }, 'request refused');
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
    if (error instanceof HttpProblem) {
      if (error.retryAfterSeconds !== null) reply.header('retry-after', error.retryAfterSeconds);
      reply.headers(error.headers);
    }
    if (!request.raw.complete) await letBodyPass(request, reply);
    if (isProbe(request)) return answer(reply, problem);
    return refuse(reply, problem, metrics);
  });
}

function noRoute(paths: readonly PathMethods[], { method, url }: FastifyRequest): HttpProblem {
  const path = url.split('?', 1)[0]!;
  const known = paths.find((candidate) => candidate.path.test(path));
  if (known === undefined) {
    return new HttpProblem('DT_NOT_FOUND', `there is no ${method} ${path}; /docs lists what there is`);
  }
  const allowed = known.methods.join(', ');
  const detail = `expected ${allowed} for ${path}, got ${method}; /docs lists what there is`;
  return new HttpProblem('DT_METHOD', detail, { headers: { allow: allowed } });
}

/**
 * Reads what still comes of a refused body and throws it away, for a while: a connection that is closed while its client
 * sends loses the answer that says why. Where the connection is closed behind the answer, resolves when that is over.
 */
async function letBodyPass({ headers, raw }: FastifyRequest, reply: FastifyReply): Promise<void> {
  // Fastify's, which would have it closed at once.
  reply.removeHeader('connection');
  raw.on('error', () => {});
  raw.resume();
  const passed = new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      resolve();
      if (reply.raw.writableFinished) raw.destroy();
    }, REST_OF_BODY_MS);
    raw.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  if (!reply.raw.shouldKeepAlive && headers.expect === undefined) await passed;
}

/** That a node is not ready is what a health probe asks for: nothing of it was refused. */
function isProbe({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.config.operationId === 'getReady';
}

/** Sends a problem, and counts it. */
export function refuse(reply: FastifyReply, problem: Problem, metrics: NodeMetrics): FastifyReply {
  metrics.refused.inc({ code: problem.code });
  return answer(reply, problem);
}

function answer(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply.code(problem.status).type(PROBLEM_TYPE).send(problem);
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

function contractPaths(): readonly PathMethods[] {
  const methods = new Map<string, string[]>();
  for (const { path, method } of contractOperations(readContract())) {
    methods.set(path, [...(methods.get(path) ?? []), method.toUpperCase()]);
  }
  return [...methods].map(([path, names]) => ({
    path: new RegExp(`^${path.replace('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}/*$`),
    methods: names,
  }));
}
