import { performance } from 'node:perf_hooks';
import type { FastifyReply } from 'fastify';
import type { Schemas } from '../../../client/client.js';
import { plainPicture, readPictureBody } from '../../node/bodies/picture-body.js';
import type { OperationHandlers } from '../../node/contract/operations.js';
import { frameProblem, HttpProblem } from '../../node/problems/problem.js';
import { cutInputBody } from '../../node/wire/input-body.js';
import type { EdgeDevice } from '../device/edge-device.js';
import type { FrameIntake } from '../frame-intake.js';
import type { DeviceFrames } from '../frames/device-frames.js';
import type { PictureSubmission } from '../picture-submission.js';
import type { Standing } from '../standing.js';
import { OCTETS } from './requests.js';

export interface FrameHandlerParts {
  readonly edge: EdgeDevice;
  readonly frames: DeviceFrames;
  readonly standing: Standing;
  readonly intake: FrameIntake;
  readonly submission: PictureSubmission;
}

/** The handlers of a device for pictures, its own and those that the gateway gives it. */
export function frameHandlers(parts: FrameHandlerParts): OperationHandlers {
  const { edge, frames, intake, standing, submission } = parts;
  const { drain, underWay } = standing;
  return {
    submitFrame: async (request, reply) => {
      underWay.enter(reply);
      const { camera, tags, queue, strategy, members, within, wait } = request.query;
      const picture = readPictureBody(request);
      const header = request.headers['idempotency-key'];
      const key = typeof header === 'string' ? header : undefined;
      const untilMs = performance.now() + (wait ?? 0) * 1000;
      if (wait) await registered(parts, wait * 1000, reply);
      const accepted = await submission.submit(picture, { key, camera, tags, queue, strategy, members, within });
      if (!wait) return reply.code(202).header('location', accepted.links.self).send(accepted);
      // A drained device is not told any more; nor is anyone of what has been told before.
      if (drain.state !== 'drained' && accepted.endedAt === null)
        await frames.outcomes.wait(accepted.id, Math.max(0, untilMs - performance.now()));
      const now = await submission.look(accepted.id);
      if (now.failure !== null) {
        throw frameProblem(now.id, now.failure);
      }
      return reply
        .code(now.endedAt === null ? 202 : 200)
        .header('location', now.links.self)
        .send(now);
    },
    deliverFrame: async (request, reply) => {
      underWay.enter(reply);
      const { generation = 1, attempt, digest, strategy } = request.query;
      const allotted = { frame: request.params.frame, generation, attempt, digest, strategy };
      await intake.take(allotted, plainPicture(request));
      return reply.code(204).send();
    },
    getFrameInput: async (request, reply) => {
      underWay.enter(reply);
      const own = frames.own.get(request.params.frame);
      if (own === undefined) {
        throw new HttpProblem('DT_FRAME_UNKNOWN', `this device has no open frame ${request.params.frame}`);
      }
      const body = cutInputBody(edge.wirePlan.plan.maps[0]!, own, request.query.region);
      edge.metrics.bytesSent.inc({ kind: 'frame' }, body.byteLength);
      return reply.type(OCTETS).send(body);
    },
  };
}

/** A picture that waits for its detections waits for the gateway as well; at most as many as frames may be open. */
async function registered({ frames, standing }: FrameHandlerParts, ms: number, reply: FastifyReply) {
  const { registrar } = standing;
  if (registrar.isTaken || registrar.waiting.size >= frames.own.limit) return;
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  await registrar.waiting.wait(() => registrar.isTaken, ms, gone.signal);
}

/** The handlers of a device for the ends of its frames. */
export function outcomeHandlers({ outcomes, own, scopes }: DeviceFrames): OperationHandlers {
  return {
    postResult: async (request, reply) => {
      const outcome = request.body as unknown;
      if (outcome instanceof Uint8Array) {
        throw new HttpProblem('DT_OTHER_ROLE', 'this node is an edge device; tile outputs go to the gateway');
      }
      const ended = outcome as Schemas['FrameOutcome'];
      const { frame } = ended;
      if (own.get(frame) === undefined && !outcomes.has(frame) && !outcomes.expects(frame)) {
        throw new HttpProblem('DT_FRAME_UNKNOWN', `this device has no frame ${frame}`);
      }
      scopes.end(frame);
      outcomes.note(ended);
      return reply.code(204).send();
    },
    getResults: async () => ({ outcomes: outcomes.latest }),
  };
}
