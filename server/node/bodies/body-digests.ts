import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  bodyDigest,
  DIGEST_HEADER,
  DigestError,
  EMPTY_DIGEST,
  requireDigest,
  TENSOR_TYPE,
} from '../../../client/body-digest.js';
import type { OperationId } from '../../../client/client.js';
import type { NodeMetrics } from '../observe/metrics.js';
import { HttpProblem } from '../problems/problem.js';
import type { BodyKind } from './body-rules.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly operationId?: OperationId;
  }
}

/**
 * Checks a body against its digest before anybody looks into it. Tensors must have one.
 *
 * @throws HttpProblem 422 `DT_DIGEST` for a body that was damaged on its way; its sender sends it again.
 */
export function requireWhole(
  request: FastifyRequest,
  kind: BodyKind,
  body: Uint8Array,
  { damaged }: Pick<NodeMetrics, 'damaged'>,
): void {
  try {
    requireDigest(headerOf(request), kind === 'tensors' ? TENSOR_TYPE : null, body);
  } catch (error) {
    if (!(error instanceof DigestError)) throw error;
    const operation = request.routeOptions.config.operationId ?? 'unknown';
    damaged.inc({ kind: operation, part: 'request' });
    const facts = { peer: request.ip, kind: operation, bytes: body.byteLength };
    request.log.warn(facts, `body refused: ${error.message}`);
    throw new HttpProblem('DT_DIGEST', `${error.message}: send it again`, { cause: error });
  }
}

/** Gives every answer with a body its digest. */
export function sendDigests(app: FastifyInstance): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (payload === undefined || payload === null || payload === '') reply.header(DIGEST_HEADER, EMPTY_DIGEST);
    else if (typeof payload === 'string' || payload instanceof Uint8Array) {
      reply.header(DIGEST_HEADER, bodyDigest(payload));
    }
    done();
  });
}

function headerOf({ headers }: FastifyRequest): string | null {
  const given = headers[DIGEST_HEADER];
  return (Array.isArray(given) ? given.join(',') : given) ?? null;
}
