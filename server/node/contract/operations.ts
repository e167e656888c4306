import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OperationId } from '../../../client/client.js';
import type { operations } from '../../../client/generated/contract.js';
import { HttpProblem } from '../problems/problem.js';

export type NodeRole = 'gateway' | 'edge';

type JsonContent<K extends OperationId> = operations[K] extends {
  requestBody: { content: { 'application/json': infer B } };
}
  ? B
  : unknown;

/** A request of one operation, as the contract types it. */
export type OperationRequest<K extends OperationId> = FastifyRequest<{
  Params: NonNullable<operations[K]['parameters']['path']>;
  Querystring: NonNullable<operations[K]['parameters']['query']>;
  Body: JsonContent<K>;
}>;

export type OperationHandler<K extends OperationId> = (
  request: OperationRequest<K>,
  reply: FastifyReply,
) => Promise<unknown>;

/** What a role does. Operations that are not here are another role's. */
export type OperationHandlers = { readonly [K in OperationId]?: OperationHandler<K> };

/** Which roles serve an operation; both where it is not named. */
const ROLE_OF_OPERATION: { readonly [K in OperationId]?: NodeRole } = {
  listFrames: 'gateway',
  getFrame: 'gateway',
  deleteFrame: 'gateway',
  getFrameImage: 'gateway',
  getFrameAnnotated: 'gateway',
  getFrameTrace: 'gateway',
  getFrameOutput: 'gateway',
  submitOwnFrame: 'gateway',
  listDevices: 'gateway',
  getDevice: 'gateway',
  drainDevice: 'gateway',
  resumeDevice: 'gateway',
  releaseDevice: 'gateway',
  computeRemaining: 'edge',
  deliverFrame: 'edge',
  pushTask: 'edge',
  returnTask: 'edge',
  getResults: 'edge',
};

/**
 * What answers an operation that a role has no handler for.
 *
 * @throws Error when the role should have one: a node must not start with a hole in its contract.
 */
export function missingOperation(operation: OperationId, role: NodeRole): () => Promise<never> {
  const server = ROLE_OF_OPERATION[operation];
  if (server === undefined || server === role) throw new Error(`the ${role} has no handler for ${operation}`);
  return async () => {
    const who = server === 'gateway' ? 'the gateway does' : 'edge devices do';
    throw new HttpProblem('DT_OTHER_ROLE', `this node is ${roleName(role)}; ${who} ${operation}`);
  };
}

function roleName(role: NodeRole): string {
  return role === 'gateway' ? 'the gateway' : 'an edge device';
}
