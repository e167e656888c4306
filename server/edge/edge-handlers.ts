import { performance } from 'node:perf_hooks';
import type { FastifyReply } from 'fastify';
import type { Schemas } from '../../client/client.js';
import { GATEWAY_ID } from '../config/defaults.js';
import { onlySides } from '../geometry/reuse/tile-offer.js';
import { readPictureBody } from '../node/bodies/picture-body.js';
import type { ConditionWaiters } from '../node/condition-waiters.js';
import type { OperationHandlers } from '../node/contract/operations.js';
import type { RequestsUnderWay } from '../node/draining.js';
import { type CommonParts, commonHandlers } from '../node/http/common-handlers.js';
import { frameProblem, HttpProblem } from '../node/problems/problem.js';
import { cutInputBody } from '../node/wire/input-body.js';
import { decodeOfferNotice } from '../node/wire/overlap-body.js';
import { decodeSliceTask, isSliceBody } from '../node/wire/slice-body.js';
import { answerStrips } from '../node/wire/strip-answer.js';
import type { StripPool } from '../node/wire/strip-pool.js';
import { cutTaskBody, decodeTaskBody, encodeTaskBody } from '../node/wire/task-body.js';
import type { ReuseBook } from '../scheduling/reuse/reuse-book.js';
import type { Reuse } from '../scheduling/reuse/tile-reuse.js';
import { strategyNamed } from '../scheduling/strategies/strategies.js';
import type { MapType } from '../tensor/map-tensor.js';
import type { Drain } from './drain.js';
import type { FrameIntake } from './frame-intake.js';
import type { FrameGenerations } from './frames/frame-generations.js';
import type { Outcomes } from './frames/outcomes.js';
import type { OwnFrames } from './frames/own-frames.js';
import type { Registrar } from './registrar.js';
import type { EdgeBoard } from './tasks/edge-board.js';
import type { EdgeTask } from './tasks/edge-task.js';
import type { PushedTasks } from './tasks/pushed-tasks.js';
import type { SliceTask } from './tasks/slice-task.js';

export interface EdgeHandlerParts extends CommonParts {
  /** Devices of the cluster: nobody else steals. */
  readonly devices: ReadonlySet<string>;
  readonly board: EdgeBoard;
  readonly ownFrames: OwnFrames;
  readonly intake: FrameIntake;
  readonly pushed: PushedTasks;
  readonly runs: FrameGenerations;
  readonly outcomes: Outcomes;
  readonly drainOf: Drain;
  /** Those whose answers others need. */
  readonly underWay: RequestsUnderWay;
  readonly registrar: Registrar;
  /** Pictures that wait until the gateway takes this device. */
  readonly taken: ConditionWaiters;
  readonly book: ReuseBook;
  readonly pool: StripPool;
  /** What a task that is handed out can count on, with a holder for each side. */
  readonly reuseOf: (task: EdgeTask, thief: string) => Reuse;
  /** How strips are sent. */
  readonly maps: MapType;
  /** Frees everything of a frame that has ended. */
  readonly forget: (frame: string) => void;
  readonly clusterState: () => Schemas['ClusterState'];
}

const OCTETS = 'application/octet-stream';

/** What an edge device answers. */
export function edgeHandlers(parts: EdgeHandlerParts): OperationHandlers {
  return {
    ...commonHandlers(parts),
    ...workHandlers(parts),
    ...overlapHandlers(parts),
    ...frameHandlers(parts),
    ...drainHandlers(parts),
  };
}

function workHandlers(parts: EdgeHandlerParts): OperationHandlers {
  const { board, metrics, ownFrames, outcomes, pushed, registrar, runs, wirePlan } = parts;
  const bodyOf = (task: EdgeTask, thief: string): Uint8Array | null => {
    if (task.input !== null) return encodeTaskBody(wirePlan, { ...task, input: task.input });
    const own = ownFrames.get(task.frame);
    if (own === undefined) return null;
    return cutTaskBody(wirePlan, { ...task, reuse: parts.reuseOf(task, thief) }, own);
  };
  return {
    register: async (request) => {
      if (request.body.kind !== 'gateway') {
        throw new HttpProblem('DT_OTHER_ROLE', 'this node is an edge device; devices register with the gateway');
      }
      registrar.announce();
      return { epoch: request.body.epoch, heartbeatMs: 0, ended: [] };
    },
    stealTask: async (request, reply) => {
      parts.underWay.enter(reply);
      const { thief, sequence } = request.body;
      if (!parts.devices.has(thief)) {
        throw new HttpProblem({ code: 'DT_DEVICE_UNKNOWN', status: 409 }, `cluster.yaml declares no device ${thief}`);
      }
      let body: Uint8Array | null = null;
      while (body === null) {
        const task = board.handOut(thief, sequence);
        if (task === null) return reply.code(204).send();
        body = bodyOf(task, thief);
        if (body === null) parts.forget(task.frame);
      }
      metrics.steals.inc({ direction: 'given' });
      metrics.bytesSent.inc({ kind: 'input' }, body.byteLength);
      return reply.type(OCTETS).send(body);
    },
    pushTask: async (request, reply) => {
      parts.drainOf.requireServing();
      const bytes = request.body as Uint8Array;
      const arrivedMs = performance.now();
      if (isSliceBody(bytes)) {
        const body = decodeSliceTask(wirePlan, bytes);
        metrics.bytesReceived.inc({ kind: body.layer === 0 ? 'input' : 'overlap' }, bytes.byteLength);
        const taskBytes = bytes.byteLength;
        const task: SliceTask = { ...body, kind: 'slice', tile: body.slice, taskBytes, arrivedMs };
        if (pushed.has(task)) return reply.code(202).send({ status: 'duplicate' });
        if (!board.share(task)) throw queueFull();
        pushed.add(task);
        return reply.code(202).send({ status: 'queued' });
      }
      const body = decodeTaskBody(wirePlan, bytes);
      metrics.bytesReceived.inc({ kind: 'input' }, bytes.byteLength);
      const task: EdgeTask = {
        ...body,
        kind: 'tile',
        inputBytes: bytes.byteLength,
        controlBytes: 0,
        transferMs: 0,
        arrivedMs,
        victim: null,
      };
      runs.invalidateBefore(task.frame, task.generation);
      if (runs.isPast(task) || board.has(task) || pushed.has(task)) {
        return reply.code(202).send({ status: 'duplicate' });
      }
      const isStolen = strategyNamed(task.strategy).nextTask === 'steal';
      if (!(isStolen ? board.enqueue([task]) : board.share(task))) throw queueFull();
      pushed.add(task);
      return reply.code(202).send({ status: 'queued' });
    },
    returnTask: async (request, reply) => {
      const { frame, tile } = request.params;
      const { thief, attempt } = request.body;
      if (!board.takeBack(thief, { frame, tile, attempt })) {
        throw new HttpProblem('DT_TASK_UNKNOWN', `${thief} has no tile ${tile} of frame ${frame} from this device`);
      }
      return reply.code(204).send();
    },
    postResult: async (request, reply) => {
      const outcome = request.body as unknown;
      if (outcome instanceof Uint8Array) {
        throw new HttpProblem('DT_OTHER_ROLE', 'this node is an edge device; tile outputs go to the gateway');
      }
      const ended = outcome as Schemas['FrameOutcome'];
      const wasOpen = ownFrames.get(ended.frame) !== undefined;
      if (!wasOpen && !outcomes.has(ended.frame) && !outcomes.expects(ended.frame)) {
        throw new HttpProblem('DT_FRAME_UNKNOWN', `this device has no frame ${ended.frame}`);
      }
      parts.forget(ended.frame);
      outcomes.note(ended);
      return reply.code(204).send();
    },
    getResults: async () => ({ outcomes: outcomes.latest }),
  };
}

function queueFull(): HttpProblem {
  return new HttpProblem({ code: 'DT_OVERLOADED', status: 429 }, 'the task queue is full', { retryAfterSeconds: 1 });
}

function overlapHandlers({
  book,
  devices,
  maps,
  metrics,
  pool,
  underWay,
  wirePlan,
}: EdgeHandlerParts): OperationHandlers {
  const { plan } = wirePlan;
  return {
    putOverlap: async (request) => {
      const { frame, tile } = request.params;
      const bytes = request.body as Uint8Array;
      const { device, address, offers } = decodeOfferNotice(plan, tile, bytes);
      if (!devices.has(device) && device !== GATEWAY_ID) {
        throw new HttpProblem({ code: 'DT_DEVICE_UNKNOWN', status: 409 }, `cluster.yaml declares no device ${device}`);
      }
      if (!book.has(frame)) throw new HttpProblem('DT_FRAME_UNKNOWN', `this device has no open frame ${frame}`);
      const sides = book.queuedSides(frame, tile).filter((side) => offers[side] !== undefined);
      // Whoever keeps it forgets the rest.
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

function drainHandlers({ drainOf }: EdgeHandlerParts): OperationHandlers {
  const answer = () => ({ state: drainOf.state, left: drainOf.left });
  return {
    drain: async (_request, reply) => {
      drainOf.begin();
      return reply.code(202).send(answer());
    },
    resume: async () => {
      drainOf.resume();
      return answer();
    },
  };
}

/** A picture that waits for its detections waits for the gateway as well; at most as many as frames may be open. */
async function registered({ ownFrames, registrar, taken }: EdgeHandlerParts, ms: number, reply: FastifyReply) {
  if (registrar.isTaken || taken.size >= ownFrames.limit) return;
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  await taken.wait(() => registrar.isTaken, ms, gone.signal);
}

function frameHandlers(parts: EdgeHandlerParts): OperationHandlers {
  const { drainOf, intake, outcomes, ownFrames, underWay, wirePlan } = parts;
  return {
    submitFrame: async (request, reply) => {
      underWay.enter(reply);
      const { frame, attempt, digest, strategy, generation = 1, wait } = request.query;
      const picture = readPictureBody(request);
      if (frame !== undefined) {
        if (digest === undefined || attempt === undefined || strategy === undefined) {
          throw new HttpProblem(
            { code: 'DT_REQUEST', status: 400 },
            'expected attempt, digest and strategy with frame',
          );
        }
        await intake.take({ frame, generation, attempt, digest, strategy }, picture);
        return reply.code(204).send();
      }
      const key = request.headers['idempotency-key'];
      const untilMs = performance.now() + (wait ?? 0) * 1000;
      if (wait) await registered(parts, wait * 1000, reply);
      const accepted = await intake.submit(picture, typeof key === 'string' ? key : undefined);
      if (!wait) return reply.code(202).header('location', accepted.links.self).send(accepted);
      // A drained device is not told any more; nor is anyone of what has been told before.
      if (drainOf.state !== 'drained' && accepted.endedAt === null)
        await outcomes.wait(accepted.id, Math.max(0, untilMs - performance.now()));
      const now = await intake.look(accepted.id);
      if (now.failure !== null) {
        throw frameProblem(now.id, now.failure);
      }
      return reply
        .code(now.endedAt === null ? 202 : 200)
        .header('location', now.links.self)
        .send(now);
    },
    getFrameInput: async (request, reply) => {
      underWay.enter(reply);
      const own = ownFrames.get(request.params.frame);
      if (own === undefined) {
        throw new HttpProblem('DT_FRAME_UNKNOWN', `this device has no open frame ${request.params.frame}`);
      }
      const body = cutInputBody(wirePlan.plan.maps[0]!, own, request.query.region);
      parts.metrics.bytesSent.inc({ kind: 'frame' }, body.byteLength);
      return reply.type(OCTETS).send(body);
    },
    getCluster: async () => parts.clusterState(),
  };
}
