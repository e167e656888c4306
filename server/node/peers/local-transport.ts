import type { FastifyInstance } from 'fastify';
import { bodyDigest, DIGEST_HEADER } from '../../../client/body-digest.js';
import { withDeadline } from '../../../client/deadline-signal.js';
import type { Transport } from '../../../client/transport.js';

/** A request of this very process is one of the loopback's. */
const HOST = '127.0.0.1';

/** Carries requests to a node in the same process, past the network: it answers them as it answers any. */
export function localTransport(app: FastifyInstance): Transport {
  return ({ body, headers, method, signal, timeoutMs, url }) =>
    withDeadline(signal, timeoutMs, async (held) => {
      const { pathname, search } = new URL(url);
      const digest = body === undefined ? {} : { [DIGEST_HEADER]: bodyDigest(body) };
      const answer = await app.inject({
        method: method as 'GET',
        url: pathname + search,
        headers: { host: HOST, ...headers, ...digest },
        ...(body !== undefined && { payload: typeof body === 'string' ? body : Buffer.from(body) }),
        signal: held,
      });
      const header = (name: string) => {
        const value = answer.headers[name];
        return value === undefined ? null : String(Array.isArray(value) ? value[0] : value);
      };
      return { status: answer.statusCode, header, bytes: new Uint8Array(answer.rawPayload) };
    });
}
