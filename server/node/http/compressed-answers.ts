import { gzip } from 'node:zlib';
import negotiate from '@fastify/accept-negotiator';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { NODE_HEADER } from '../contract/node-header.js';

/** A shorter answer takes three packets of a network at most. */
const SHORTEST_CHARACTERS = 4096;

/**
 * Compresses long JSON answers with gzip for clients that accept it: the dashboard's start data, lists, traces, the contract.
 * Nothing between nodes is compressed: not the operations between them, and no answer to a request with a node's header.
 *
 * Is to be called after `sendDigests`: a digest is of the answer before compression, which is what a client reads.
 */
export function compressAnswers(app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    if (!mayCompress(request, reply, payload)) return done();
    reply.header('vary', 'accept-encoding');
    if (negotiate(request.headers['accept-encoding'] ?? '', ['gzip']) === null) return done();
    // Outside the event loop: 100 kB take a small machine some ten milliseconds.
    gzip(payload, (error, packed) => {
      if (error !== null) return done(error);
      reply.header('content-encoding', 'gzip');
      done(null, packed);
    });
  });
}

function mayCompress(
  { headers, routeOptions }: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): payload is string {
  return (
    typeof payload === 'string' &&
    payload.length >= SHORTEST_CHARACTERS &&
    !routeOptions.config.isWork &&
    headers[NODE_HEADER] === undefined &&
    String(reply.getHeader('content-type')).startsWith('application/json')
  );
}
