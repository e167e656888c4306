import type { FastifyRequest } from 'fastify';
import { contractOperations, readContract } from './contract.js';
import { HttpProblem } from './problem.js';

/** The media types that each operation takes a body in; operations that take none are not here. */
const BODY_TYPES: ReadonlyMap<string, readonly string[]> = new Map(
  contractOperations(readContract()).flatMap(({ operation: { operationId, requestBody } }) =>
    requestBody === undefined ? [] : [[operationId, Object.keys(requestBody.content)]],
  ),
);

/**
 * Makes the hook that refuses a body of a type which the operation's contract does not name, or none at all, or one that
 * is packed, before it is read; null for operations that take no body. Fastify checks only bodies of the types that it
 * has a schema for, and hands all others to the handler.
 */
export function bodyCheck(operation: string): ((request: FastifyRequest) => Promise<void>) | null {
  const expected = BODY_TYPES.get(operation);
  if (expected === undefined) return null;
  return async ({ mediaType, headers }) => {
    if (mediaType === undefined || !expected.includes(mediaType)) {
      const detail = `expected a body of ${expected.join(', ')}; got ${mediaType ?? 'none, or one without content-type'}`;
      throw new HttpProblem(415, 'DT_MEDIA_TYPE', detail);
    }
    // What is unpacked can be a thousand times as large as what the limits have seen.
    if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
      throw new HttpProblem(415, 'DT_CONTENT_ENCODING', 'expected a body as it is, without a content-encoding');
    }
  };
}
