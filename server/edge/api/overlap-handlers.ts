import { GATEWAY_ID } from '../../config/defaults.js';
import { onlySides } from '../../geometry/reuse/tile-offer.js';
import type { OperationHandlers } from '../../node/contract/operations.js';
import type { RequestsUnderWay } from '../../node/draining.js';
import { HttpProblem } from '../../node/problems/problem.js';
import { decodeOfferNotice } from '../../node/wire/overlap-body.js';
import { answerStrips } from '../../node/wire/strip-answer.js';
import type { EdgeDevice } from '../device/edge-device.js';
import type { DeviceOverlap } from '../tasks/device-overlap.js';
import { OCTETS, requireDevice } from './requests.js';

/** The handlers of a device for the borders of finished tiles. */
export function overlapHandlers(
  edge: EdgeDevice,
  { book, pool }: DeviceOverlap,
  underWay: RequestsUnderWay,
): OperationHandlers {
  const { metrics, wirePlan } = edge;
  const { plan, maps } = wirePlan;
  return {
    putOverlap: async (request) => {
      const { frame, tile } = request.params;
      const bytes = request.body as Uint8Array;
      const { device, address, offers } = decodeOfferNotice(plan, tile, bytes);
      if (device !== GATEWAY_ID) requireDevice(edge, device);
      if (!book.has(frame)) throw new HttpProblem('DT_FRAME_UNKNOWN', `this device has no open frame ${frame}`);
      const sides = book.queuedSides(frame, tile).filter((side) => offers[side] !== undefined);
      // The device that keeps the strips forgets the other sides.
      book.finished(frame, tile, onlySides(offers, sides), { device, address });
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
