import type { FastifyReply } from 'fastify';
import { StreamShares } from '../bodies/stream-shares.js';
import type { ClusterPlan } from '../cluster-plan.js';
import { peoplesContract } from '../contract/audience.js';
import { readContract } from '../contract/contract.js';
import type { NodeRole, OperationHandlers, OperationRequest } from '../contract/operations.js';
import type { DrainState } from '../draining.js';
import type { EventLog } from '../observe/event-log.js';
import type { NodeMetrics } from '../observe/metrics.js';
import { HttpProblem } from '../problems/problem.js';
import { planDocument } from '../wire/plan-document.js';
import type { WirePlan } from '../wire/task-body.js';

export interface CommonParts {
  readonly role: NodeRole;
  readonly clusterPlan: ClusterPlan;
  readonly wirePlan: WirePlan;
  readonly events: EventLog;
  readonly metrics: NodeMetrics;
  /** Null when the node is ready, else what it waits for. */
  readonly notReady: () => string | null;
  readonly drainState: () => DrainState;
  /** By number of devices, from 1: what they are expected to take for a frame, in ms; of the gateway only. */
  readonly gangsMs?: () => readonly number[];
}

/** What every node serves alike. */
export function commonHandlers(parts: CommonParts) {
  const { role, metrics, events } = parts;
  const contract = readContract();
  const plan = planDocument(parts.clusterPlan, parts.wirePlan.digest);
  const streams = new StreamShares();
  return {
    getLive: async () => ({ status: 'ok', role }),
    getReady: async () => {
      const drain = parts.drainState();
      const later = { retryAfterSeconds: 1 };
      if (drain !== 'serving') {
        throw new HttpProblem('DT_DRAINING', `${drain}: DELETE /drain has it serve again`, later);
      }
      const detail = parts.notReady();
      if (detail !== null) throw new HttpProblem('DT_NOT_READY', detail, later);
      return { status: 'ok', role };
    },
    getMetrics: async (_request: unknown, reply: FastifyReply) =>
      reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
    getContract: async (request: OperationRequest<'getContract'>) =>
      request.query.audience === 'nodes' ? contract : peoplesContract(contract),
    getPlan: async () => {
      const { gangsMs } = parts;
      return gangsMs === undefined ? plan : { ...plan, gang: { ...plan.gang, predictedMs: gangsMs() } };
    },
    getEvents: async (request: OperationRequest<'getEvents'>, reply: FastifyReply) => {
      const leave = streams.enter(request.ip);
      const gone = new AbortController();
      reply.sse.onClose(() => gone.abort());
      reply.sse.keepAlive();
      reply.sse.sendHeaders();
      // Else a watcher of a quiet node does not know that it is connected until something happens.
      reply.raw.flushHeaders();
      try {
        // A watcher that hangs up while it lags behind leaves a write that never ends.
        const hungUp = new Promise<void>((resolve) => gone.signal.addEventListener('abort', () => resolve()));
        await Promise.race([
          reply.sse.send(events.watch(reply.sse.lastEventId, gone.signal, request.query.types)),
          hungUp,
        ]);
      } finally {
        leave();
        reply.sse.close();
      }
    },
  } satisfies OperationHandlers;
}
