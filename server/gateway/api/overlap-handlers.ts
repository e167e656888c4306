import { CALLS } from '../../node/contract/calls.js';
import type { OperationHandler, OperationHandlers, OperationRequest } from '../../node/contract/operations.js';
import type { Telemetry } from '../../node/observe/telemetry.js';
import { HttpProblem } from '../../node/problems/problem.js';
import { decodeOfferedStrips } from '../../node/wire/overlap-body.js';
import { answerStrips } from '../../node/wire/strip-answer.js';
import type { WirePlan } from '../../node/wire/task-body.js';
import type { GangRounds } from '../../scheduling/gang/gang-rounds.js';
import type { MapType } from '../../tensor/map-tensor.js';
import { requireDeclared } from '../devices/declared-device.js';
import type { DeviceLinks } from '../devices/device-links.js';
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
  /** The gangs whose strips the gateway passes on, the way to their members, and the gateway as one of them. */
  readonly gangs: {
    readonly rounds: GangRounds;
    readonly links: DeviceLinks;
    readonly own: { readonly putOverlap: OperationHandler<'putOverlap'> | null };
  };
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
      const { putOverlap } = parts.gangs.own;
      if (request.query.stage !== undefined && request.query.to === undefined && putOverlap !== null) {
        return putOverlap(request, reply);
      }
      if (request.query.stage !== undefined) {
        await passStrips(parts, request);
        return reply.code(204).send();
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

/**
 * Passes strips of one member of a gang on to another (MoDNN), and answers when that has them: nothing is kept here. Strips of an attempt
 * that is past are dropped.
 */
async function passStrips(
  parts: OverlapHandlerParts,
  { body, params, query }: OperationRequest<'putOverlap'>,
): Promise<void> {
  const { attempt, generation, stage, to } = query;
  if (stage === undefined || generation === undefined || attempt === undefined || to === undefined) {
    const detail =
      'expected stage, generation, attempt and to, since the gateway passes strips of a gang on, or none of them';
    throw new HttpProblem({ code: 'DT_REQUEST', status: 400 }, detail);
  }
  const { devices, gangs, telemetry } = parts;
  const { frame, tile: from } = params;
  const record = openFrame(parts, frame);
  const round = gangs.rounds.of(frame, attempt);
  if (round === null || record.generation !== generation) return;
  const receiver = round.devices[to];
  const sender = round.devices[from];
  if (receiver === undefined || sender === undefined || devices.registry.isQuarantined(sender)) {
    throw new HttpProblem({ code: 'DT_REQUEST', status: 400 }, `frame ${frame} has no members ${from} and ${to}`);
  }
  const bytes = body as unknown as Uint8Array;
  telemetry.metrics.bytesReceived.inc({ kind: 'overlap' }, bytes.byteLength);
  const path = { frame, tile: from };
  const sent = { mediaType: 'application/octet-stream', bytes };
  try {
    await gangs.links
      .client(receiver)
      .call(CALLS.passStrips, { path, query: { stage, generation, attempt }, body: sent });
  } catch (error) {
    const detail = `member ${to} of frame ${frame}, device ${receiver}, did not take strips: ${(error as Error).message}`;
    throw new HttpProblem({ code: 'DT_OVERLOADED', status: 503 }, detail, { retryAfterSeconds: 0 });
  }
  telemetry.metrics.bytesSent.inc({ kind: 'overlap' }, bytes.byteLength);
  record.trace.countSent('overlap', bytes.byteLength);
}

/** Strips of a frame that has ended would never be dropped. */
function openFrame({ frames }: OverlapHandlerParts, frame: string): FrameRecord {
  const record = frames.store.open(frame);
  if (record !== undefined) return record;
  throw new HttpProblem('DT_FRAME_UNKNOWN', `the gateway has no open frame ${frame}`);
}
