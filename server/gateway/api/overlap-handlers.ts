import type { OperationHandlers } from '../../node/contract/operations.js';
import type { Telemetry } from '../../node/observe/telemetry.js';
import { HttpProblem } from '../../node/problems/problem.js';
import { decodeOfferedStrips } from '../../node/wire/overlap-body.js';
import { answerStrips } from '../../node/wire/strip-answer.js';
import type { WirePlan } from '../../node/wire/task-body.js';
import type { MapType } from '../../tensor/map-tensor.js';
import { requireDeclared } from '../devices/declared-device.js';
import type { GatewayDevices } from '../devices/gateway-devices.js';
import { refusalOfValues } from '../dispatch/finite-results.js';
import type { FrameRecord } from '../frames/frame-record.js';
import type { GatewayFrames } from '../frames/gateway-frames.js';

export interface OverlapHandlerParts {
  readonly wirePlan: WirePlan;
  /** How strips are sent. */
  readonly maps: MapType;
  readonly frames: GatewayFrames;
  readonly devices: GatewayDevices;
  readonly telemetry: Telemetry;
}

/** The pool of overlapped data on the gateway (paper section IV.C.2), for `overlap.via: gateway`. */
export function overlapHandlers(parts: OverlapHandlerParts): OperationHandlers {
  const { maps, wirePlan } = parts;
  const { registry } = parts.devices;
  const { strips } = parts.frames;
  const { metrics } = parts.telemetry;
  return {
    putOverlap: async (request, reply) => {
      if (request.query.stage !== undefined) {
        throw new HttpProblem('DT_OTHER_ROLE', 'this node is the gateway; strips of gangs go to devices');
      }
      const { frame, tile } = request.params;
      const bytes = request.body as unknown as Uint8Array;
      const { device, offers, strips: kept } = decodeOfferedStrips(wirePlan.plan, tile, bytes);
      requireDeclared(registry, device, 409);
      if (registry.isQuarantined(device)) {
        throw new HttpProblem('DT_QUARANTINED', `device ${device} is in quarantine: nobody uses its strips`);
      }
      const record = openFrame(parts, frame);
      const values = kept.map(({ data }) => data);
      const problem = refusalOfValues(parts, { device, what: `strips of tile ${tile} of frame ${frame}` }, values);
      if (problem !== null) throw problem;
      metrics.bytesReceived.inc({ kind: 'overlap' }, bytes.byteLength);
      record.trace.countSent('overlap', bytes.byteLength);
      strips.add(frame, tile, offers, kept);
      return reply.code(204).send();
    },
    getOverlap: async (request, reply) => {
      const { frame, tile } = request.params;
      openFrame(parts, frame);
      const body = answerStrips(wirePlan.plan, strips, { frame, tile, regions: request.query.regions }, maps);
      metrics.bytesSent.inc({ kind: 'overlap' }, body.byteLength);
      return reply.type('application/octet-stream').send(body);
    },
  };
}

/** Strips of a frame that has ended would never be dropped. */
function openFrame({ frames }: OverlapHandlerParts, frame: string): FrameRecord {
  const record = frames.store.open(frame);
  if (record !== undefined) return record;
  throw new HttpProblem('DT_FRAME_UNKNOWN', `the gateway has no open frame ${frame}`);
}
