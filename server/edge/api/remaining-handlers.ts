import type { OperationHandlers } from '../../node/contract/operations.js';
import { HttpProblem } from '../../node/problems/problem.js';
import { decodeRemainingTask, encodeRemainingResult } from '../../node/wire/remaining-body.js';
import type { EdgeDevice } from '../device/edge-device.js';
import type { Standing } from '../standing.js';
import type { EdgeTasks } from '../tasks/edge-tasks.js';
import { OCTETS } from './requests.js';

/**
 * The handler of a device for remaining layers: one frame's at a time, after the tiles that the compute thread has and before all
 * others.
 */
export function remainingHandlers(
  { log, metrics, wirePlan }: EdgeDevice,
  tasks: Pick<EdgeTasks, 'runRemaining'>,
  { drain, underWay }: Pick<Standing, 'drain' | 'underWay'>,
): OperationHandlers {
  let isComputing = false;
  return {
    computeRemaining: async (request, reply) => {
      drain.requireServing();
      const bytes = request.body as Uint8Array;
      const { frame, maps } = decodeRemainingTask(wirePlan, bytes);
      if (isComputing) {
        const detail = 'the device computes the remaining layers of another frame';
        throw new HttpProblem({ code: 'DT_OVERLOADED', status: 429 }, detail, { retryAfterSeconds: 1 });
      }
      underWay.enter(reply);
      metrics.bytesReceived.inc({ kind: 'remaining' }, bytes.byteLength);
      isComputing = true;
      try {
        const result = await drain.during(tasks.runRemaining(maps));
        metrics.remainingDuration.observe(result.computeMs / 1000);
        const body = encodeRemainingResult(result);
        metrics.bytesSent.inc({ kind: 'remaining' }, body.byteLength);
        log.debug({ frame, computeMs: result.computeMs }, 'remaining layers computed');
        return reply.type(OCTETS).send(body);
      } finally {
        isComputing = false;
      }
    },
  };
}
