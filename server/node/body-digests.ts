import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  bodyDigest,
  DIGEST_HEADER,
  DigestError,
  EMPTY_DIGEST,
  requireDigest,
  TENSOR_TYPE,
} from '../../client/body-digest.js';
import type { OperationId } from '../../client/client.js';
import type { NodeMetrics } from './metrics.js';
import { HttpProblem } from './problem.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly operationId?: OperationId;
  }
}

export interface BodyLimits {
  /** Bound on a submitted picture. */
  readonly pictureBytes: number;
  /** Bound on a body with tensors. */
  readonly tensorBytes: number;
}

const PICTURE_TYPES = ['image/jpeg', 'image/png', 'image/webp'];

/**
 * Reads bodies, but for forms, and checks each against its digest before anybody looks into it: one that was damaged on
 * its way is refused (422 `DT_DIGEST`) and counted, and its sender sends it again. Answers get theirs here as well.
 */
export function guardBodies(
  app: FastifyInstance,
  { pictureBytes, tensorBytes }: BodyLimits,
  metrics: NodeMetrics,
): void {
  const whole = (request: FastifyRequest, body: Buffer): Buffer => {
    try {
      requireDigest(headerOf(request), request.mediaType ?? null, body);
      return body;
    } catch (error) {
      if (!(error instanceof DigestError)) throw error;
      const kind = request.routeOptions.config.operationId ?? 'unknown';
      metrics.damaged.inc({ kind, part: 'request' });
      request.log.warn({ peer: request.ip, kind, bytes: body.byteLength }, `body refused: ${error.message}`);
      throw new HttpProblem(422, 'DT_DIGEST', `${error.message}: send it again`, { cause: error });
    }
  };
  const asBuffer = (bodyLimit?: number) => ({
    parseAs: 'buffer' as const,
    ...(bodyLimit !== undefined && { bodyLimit }),
  });
  const bytes = async (request: FastifyRequest, body: Buffer) => whole(request, body);
  app.removeContentTypeParser(['text/plain', 'application/json']);
  app.addContentTypeParser(TENSOR_TYPE, asBuffer(tensorBytes), bytes);
  app.addContentTypeParser(PICTURE_TYPES, asBuffer(pictureBytes), bytes);
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<Buffer>('application/json', asBuffer(), (request, body, done) => {
    try {
      void parseJson(request, whole(request, body).toString(), done);
    } catch (error) {
      done(error as Error);
    }
  });
  app.addHook('onSend', async (_request, reply, payload) => {
    if (payload === undefined || payload === null || payload === '') reply.header(DIGEST_HEADER, EMPTY_DIGEST);
    else if (typeof payload === 'string' || payload instanceof Uint8Array) {
      reply.header(DIGEST_HEADER, bodyDigest(payload));
    }
    return payload;
  });
}

function headerOf({ headers }: FastifyRequest): string | null {
  const given = headers[DIGEST_HEADER];
  return (Array.isArray(given) ? given.join(',') : given) ?? null;
}
