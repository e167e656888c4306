import type { MemberPlan } from '../../geometry/gang/gang-blocks.js';
import { gangPlanOf } from '../../geometry/gang/gang-plans.js';
import { isEmptyRegion } from '../../geometry/region.js';
import { encodeBlockResult } from '../../node/wire/block-result.js';
import type { ComputeSpeed } from '../../scheduling/device/compute-speed.js';
import type { BlockCosts } from '../../scheduling/gang/block-times.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { EdgeDevice } from '../device/edge-device.js';
import type { ResultSender } from '../tasks/result-sender.js';
import type { BlockTask } from './block-task.js';

export interface BlockResultsParts {
  readonly edge: EdgeDevice;
  readonly sender: ResultSender;
  readonly speed: ComputeSpeed;
}

/** The output of the last stage. */
export interface BlockOutcome {
  /** By output of the gang plan: this device's block of that map; none where there are boxes. */
  readonly outputs: readonly Float32Array[];
  /** As `packCandidates` has them; null where blocks of the maps are handed over. */
  readonly boxes: Float64Array | null;
}

/** Sends the gateway this device's part of what a gang hands over. */
export class BlockResults {
  readonly #parts: BlockResultsParts;

  constructor(parts: BlockResultsParts) {
    this.#parts = parts;
  }

  send(task: BlockTask, plan: MemberPlan, costs: BlockCosts, { boxes, outputs }: BlockOutcome): void {
    const { edge, sender, speed } = this.#parts;
    const { events, gangs, log, metrics, self, wirePlan } = edge;
    const gang = strategyNamed(task.strategy).gang!.plan;
    const { attempt, frame, generation, member, taskBytes } = task;
    const { device } = self;
    const { maps, outputs: numbers } = gangPlanOf(gangs, gang).stage;
    const blocks = numbers.flatMap((map, i) => {
      const region = plan.outputs[i]!;
      return boxes !== null || isEmptyRegion(region) ? [] : [{ map, region, data: outputs[i]! }];
    });
    speed.add(costs.macs, costs.computeMs);
    metrics.tileWait.observe(costs.waitMs / 1000);
    metrics.tileCompute.observe(costs.computeMs / 1000);
    for (const [index, { computeMs, stripsMs }] of costs.stages.entries()) {
      if (plan.stages[index]!.due.length > 0) metrics.stripWait.observe(stripsMs / 1000);
      metrics.stageCompute.observe(computeMs / 1000);
    }
    events.publish('tile', { frame, tile: member, attempt, event: 'done', device });
    log.debug({ frame, member, attempt, ...costs }, 'block computed');
    const result = {
      frame,
      member,
      generation,
      attempt,
      taskBytes,
      device,
      gang,
      ...costs,
      outputs: blocks,
      boxes,
    };
    sender.send(task, () => encodeBlockResult(wirePlan.digest, maps, result, wirePlan.maps));
  }
}
