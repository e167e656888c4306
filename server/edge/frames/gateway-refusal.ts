import { ProblemError } from '../../../client/problem-error.js';
import { isErrorCode } from '../../error-codes.js';
import type { PeerClient } from '../../node/peers/peer-client.js';
import { HttpProblem } from '../../node/problems/problem.js';

/**
 * The problem that a client gets when the gateway did not do what this device asked of it for that client. What the gateway
 * refused is passed on; without the gateway nothing can be said. That it does not know this device's token is no fault of
 * the client's.
 *
 * @param what the gateway did not do, after its address: `could not take the picture`.
 */
export function refusedByGateway(cause: unknown, { baseUrl }: PeerClient, what: string): HttpProblem {
  if (cause instanceof ProblemError && isErrorCode(cause.code)) {
    const { code, message, retryAfterSeconds, status } = cause;
    const isOfRequest = (status < 500 && status !== 401) || status === 507;
    if (isOfRequest) return new HttpProblem({ code, passedOnAs: status }, message, { cause, retryAfterSeconds });
  }
  const detail = `the gateway at ${baseUrl} ${what}: ${(cause as Error).message}`;
  return new HttpProblem('DT_GATEWAY_AWAY', detail, { cause, retryAfterSeconds: 2 });
}
