import type { FastifyReply } from 'fastify';
import { GATEWAY_ID } from '../../config/defaults.js';
import { DeepThingsError } from '../../errors.js';
import type { OperationHandlers, OperationRequest } from '../../node/contract/operations.js';
import { HttpProblem } from '../../node/problems/problem.js';
import { decodeOfferNotice } from '../../node/wire/overlap-body.js';
import { answerStrips } from '../../node/wire/strip-answer.js';
import type { EdgeDevice } from '../device/edge-device.js';
import type { Drain } from '../drain.js';
import type { GangAttempt } from '../gang/latest-attempts.js';
import type { Standing } from '../standing.js';
import type { EdgeTasks } from '../tasks/edge-tasks.js';
import { OCTETS, requireDevice } from './requests.js';

/** The parts of a device's standing that its answers with strips depend on. */
type OverlapStanding = { readonly drain: Pick<Drain, 'requireServing'> } & Pick<Standing, 'underWay'>;

/** The handlers of a device for the borders of finished tiles, and for the strips of gangs. */
export function overlapHandlers(
  edge: EdgeDevice,
  tasks: Pick<EdgeTasks, 'strips' | 'overlap'>,
  standing: OverlapStanding,
): OperationHandlers {
  const { metrics, wirePlan } = edge;
  const { book, pool } = tasks.overlap;
  const { plan, maps } = wirePlan;
  return {
    putOverlap: async (request, reply) => {
      const gang = gangOf(request);
      if (gang !== null)
        return takeGangStrips({ frame: request.params.frame, ...gang }, tasks, standing, request, reply);
      const { frame, tile } = request.params;
      const bytes = request.body as Uint8Array;
      const { device, address, offers } = decodeOfferNotice(plan, tile, bytes);
      if (device !== GATEWAY_ID) requireDevice(edge, device);
      const sides = book.offered(frame, tile, offers, { device, address });
      if (sides === null) throw new HttpProblem('DT_FRAME_UNKNOWN', `this device has no open frame ${frame}`);
      return { sides: [...sides] };
    },
    getOverlap: async (request, reply) => {
      standing.underWay.enter(reply);
      const { frame, tile } = request.params;
      const body = answerStrips(plan, pool, { frame, tile, regions: request.query.regions }, maps);
      metrics.bytesSent.inc({ kind: 'overlap' }, body.byteLength);
      return reply.type(OCTETS).send(body);
    },
  };
}

/**
 * Takes strips of another member. Where it asks for this device's of that stage, the request is held until they are there.
 *
 * @throws HttpProblem, DeepThingsError when the strips are refused, or the block that is to answer with strips has ended.
 */
async function takeGangStrips(
  of: GangAttempt,
  { strips }: Pick<EdgeTasks, 'strips'>,
  { drain, underWay }: OverlapStanding,
  request: OperationRequest<'putOverlap'>,
  reply: FastifyReply,
): Promise<unknown> {
  const { frame, tile: from } = request.params;
  const { answer, stage = 0 } = request.query;
  const verdict = strips.take(of, { from, stage }, request.body as Uint8Array);
  if (answer === undefined) return reply.code(204).send();
  const what = `strips for member ${from} after stage ${stage} of frame ${frame}`;
  const ended = () => new HttpProblem('DT_TASK_UNKNOWN', `expected a block that owes ${what}; it has ended here`);
  if (verdict === 'stale') throw ended();
  if (!strips.answers.isOpen(of)) drain.requireServing();
  underWay.enter(reply);
  const end = await strips.answers.ask(of, { to: from, stage }, reply.raw);
  if (end.kind === 'strips') return reply.type(OCTETS).send(end.bytes);
  if (end.kind === 'sent') return reply.code(204).send();
  if (end.kind !== 'unknown') throw ended();
  throw new DeepThingsError('DT_OVERLAP_BODY', `this device's block does not owe ${what}`);
}

/** @returns null for a request that is of no gang. */
function gangOf({ query }: OperationRequest<'putOverlap'>): Omit<GangAttempt, 'frame'> | null {
  const { attempt, generation, stage } = query;
  if (stage === undefined && generation === undefined && attempt === undefined) return null;
  if (stage !== undefined && generation !== undefined && attempt !== undefined) return { generation, attempt };
  throw new HttpProblem({ code: 'DT_REQUEST', status: 400 }, 'expected stage, generation and attempt, or none of them');
}
