import { performance } from 'node:perf_hooks';
import type { OperationHandlers } from '../../node/contract/operations.js';
import { HttpProblem } from '../../node/problems/problem.js';
import { bodyKind, decodeBlockTask, type TaskBodyKind } from '../../node/wire/block-body.js';
import { cutTaskBody, decodeTaskBody, encodeTaskBody } from '../../node/wire/task-body.js';
import { givenWay } from '../../scheduling/device/device-tile.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { EdgeDevice } from '../device/edge-device.js';
import type { DeviceFrames } from '../frames/device-frames.js';
import type { BlockTask } from '../gang/block-task.js';
import type { Standing } from '../standing.js';
import { reuseForThief } from '../tasks/device-overlap.js';
import type { BoardTask } from '../tasks/edge-board.js';
import type { EdgeTask } from '../tasks/edge-task.js';
import type { EdgeTasks } from '../tasks/edge-tasks.js';
import { OCTETS, requireDevice } from './requests.js';

export interface TaskHandlerParts {
  readonly edge: EdgeDevice;
  readonly tasks: EdgeTasks;
  readonly frames: DeviceFrames;
  readonly standing: Standing;
}

/** The handlers of a device for thieves, and for the gateway that shares tasks out. */
export function taskHandlers(parts: TaskHandlerParts): OperationHandlers {
  const { edge, frames, standing, tasks } = parts;
  const { board } = tasks;
  const { metrics } = edge;
  return {
    stealTask: async (request, reply) => {
      standing.underWay.enter(reply);
      const { thief, sequence } = request.body;
      requireDevice(edge, thief);
      let body: Uint8Array | null = null;
      while (body === null) {
        const task = board.handOut(thief, sequence);
        if (task === null) return reply.code(204).send();
        body = bodyFor(parts, task, thief);
        if (body === null) frames.scopes.end(task.frame);
      }
      metrics.steals.inc({ direction: 'given' });
      metrics.bytesSent.inc({ kind: 'input' }, body.byteLength);
      return reply.type(OCTETS).send(body);
    },
    pushTask: async (request, reply) => {
      standing.drain.requireServing();
      const bytes = request.body as Uint8Array;
      const task = TAKE[bodyKind(bytes)](parts, bytes);
      if (task === null) return reply.code(202).send({ status: 'duplicate' });
      const isStolen = task.kind === 'tile' && strategyNamed(task.strategy).nextTask === 'steal';
      if (!(isStolen ? board.enqueue([task]) : board.share(task))) {
        throw new HttpProblem({ code: 'DT_OVERLOADED', status: 429 }, 'the task queue is full', {
          retryAfterSeconds: 1,
        });
      }
      tasks.pushed.add(task);
      return reply.code(202).send({ status: 'queued' });
    },
    returnTask: async (request, reply) => {
      const { frame, tile } = request.params;
      const { thief, attempt } = request.body;
      if (board.takeBack(thief, { frame, tile, attempt })) return reply.code(204).send();
      const detail = `${thief} has no tile ${tile} of frame ${frame} from this device`;
      throw new HttpProblem('DT_TASK_UNKNOWN', detail);
    },
  };
}

const TAKE: Readonly<Record<TaskBodyKind, (parts: TaskHandlerParts, bytes: Uint8Array) => BoardTask | null>> = {
  tile: takeTile,
  block: takeBlock,
};

/** @returns null when this device's frame of the task has ended. */
function bodyFor({ edge, frames, tasks }: TaskHandlerParts, task: EdgeTask, thief: string): Uint8Array | null {
  const { wirePlan } = edge;
  if (task.input !== null) return encodeTaskBody(wirePlan, { ...task, input: task.input });
  const own = frames.own.get(task.frame);
  if (own === undefined) return null;
  return cutTaskBody(wirePlan, { ...task, reuse: reuseForThief(edge, tasks.overlap, frames, task, thief) }, own);
}

/** @returns null for a block that was pushed here before, or of a gang that has ended. */
function takeBlock({ edge, frames, tasks }: TaskHandlerParts, bytes: Uint8Array): BlockTask | null {
  const body = decodeBlockTask(edge.wirePlan.digest, bytes);
  const taskBytes = bytes.byteLength;
  edge.metrics.bytesReceived.inc({ kind: strategyNamed(body.strategy).gang!.carries }, taskBytes);
  const task = { ...body, kind: 'block' as const, tile: body.member, taskBytes, arrivedMs: performance.now() };
  frames.generations.invalidateBefore(task.frame, task.generation, task.attempt);
  return frames.generations.isPastBlock(task) || tasks.pushed.has(task) ? null : task;
}

/** @returns null for a tile that is here already, or of a generation that is past. */
function takeTile({ edge, frames, tasks }: TaskHandlerParts, bytes: Uint8Array): EdgeTask | null {
  const body = decodeTaskBody(edge.wirePlan, bytes);
  const inputBytes = bytes.byteLength;
  edge.metrics.bytesReceived.inc({ kind: 'input' }, inputBytes);
  const task: EdgeTask = { ...body, kind: 'tile', ...givenWay(performance.now(), inputBytes) };
  frames.generations.invalidateBefore(task.frame, task.generation);
  const isHere = frames.generations.isPast(task) || tasks.board.has(task) || tasks.pushed.has(task);
  return isHere ? null : task;
}
