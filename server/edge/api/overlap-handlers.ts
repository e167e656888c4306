import { GATEWAY_ID } from '../../config/defaults.js';
import { gangPlanOf } from '../../geometry/gang/gang-plans.js';
import type { OperationHandlers, OperationRequest } from '../../node/contract/operations.js';
import type { RequestsUnderWay } from '../../node/draining.js';
import { HttpProblem } from '../../node/problems/problem.js';
import { decodeGangStrips } from '../../node/wire/gang-strips.js';
import { decodeOfferNotice } from '../../node/wire/overlap-body.js';
import { answerStrips } from '../../node/wire/strip-answer.js';
import type { EdgeDevice } from '../device/edge-device.js';
import type { EdgeTasks } from '../tasks/edge-tasks.js';
import { OCTETS, requireDevice } from './requests.js';

/** The handlers of a device for the borders of finished tiles, and for the strips of gangs. */
export function overlapHandlers(
  edge: EdgeDevice,
  tasks: Pick<EdgeTasks, 'inbox' | 'overlap'>,
  underWay: RequestsUnderWay,
): OperationHandlers {
  const { metrics, wirePlan } = edge;
  const { book, pool } = tasks.overlap;
  const { plan, maps } = wirePlan;
  return {
    putOverlap: async (request, reply) => {
      if (takeGangStrips(edge, tasks, request)) return reply.code(204).send();
      const { frame, tile } = request.params;
      const bytes = request.body as Uint8Array;
      const { device, address, offers } = decodeOfferNotice(plan, tile, bytes);
      if (device !== GATEWAY_ID) requireDevice(edge, device);
      const sides = book.offered(frame, tile, offers, { device, address });
      if (sides === null) throw new HttpProblem('DT_FRAME_UNKNOWN', `this device has no open frame ${frame}`);
      return { sides: [...sides] };
    },
    getOverlap: async (request, reply) => {
      underWay.enter(reply);
      const { frame, tile } = request.params;
      const body = answerStrips(plan, pool, { frame, tile, regions: request.query.regions }, maps);
      metrics.bytesSent.inc({ kind: 'overlap' }, body.byteLength);
      return reply.type(OCTETS).send(body);
    },
  };
}

/** @returns false for a request that is of no gang. */
function takeGangStrips(
  { gangs, metrics }: EdgeDevice,
  { inbox }: Pick<EdgeTasks, 'inbox'>,
  { body, params, query }: OperationRequest<'putOverlap'>,
): boolean {
  const { stage, generation, attempt } = query;
  if (stage === undefined && generation === undefined && attempt === undefined) return false;
  if (stage === undefined || generation === undefined || attempt === undefined) {
    throw new HttpProblem(
      { code: 'DT_REQUEST', status: 400 },
      'expected stage, generation and attempt, or none of them',
    );
  }
  const bytes = body as Uint8Array;
  const strips = decodeGangStrips((name) => gangPlanOf(gangs, name).stage.maps, bytes);
  metrics.bytesReceived.inc({ kind: 'overlap' }, bytes.byteLength);
  metrics.stripBodies.inc({ direction: 'received' });
  metrics.stripBytes.inc({ direction: 'received' }, bytes.byteLength);
  inbox.put({ frame: params.frame, generation, attempt }, { from: params.tile, stage }, strips);
  return true;
}
