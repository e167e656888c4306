import type { DueBody, MemberStage } from '../../geometry/gang/gang-blocks.js';
import { gangPlanOf } from '../../geometry/gang/gang-plans.js';
import { regionBytes } from '../../geometry/plan-cost.js';
import { isEmptyRegion, type MapRegion, type MapShape } from '../../geometry/region.js';
import type { SegmentedStage } from '../../geometry/segments.js';
import type { BoardBlock } from '../../scheduling/device/board-task.js';
import type { ComputedBlock, StageTime } from '../../scheduling/gang/block-times.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { GangRule } from '../../scheduling/strategies/strategy.js';
import { stageMs } from '../cost-model.js';
import { type Process, wait } from '../machine/kernel.js';
import { Latch } from '../machine/latch.js';
import type { Processor } from '../machine/processor.js';
import type { BlockWork, Host, World } from '../world.js';
import type { SimulatedStripInbox } from './strip-inbox.js';

/** A member's part of a frame as one simulated device has it. */
export interface BlockTask extends BoardBlock {
  readonly work: BlockWork;
  readonly taskBytes: number;
  readonly arrivedMs: number;
}

export interface BlockComputerParts {
  readonly world: World;
  readonly host: Host;
  readonly processor: Processor;
  readonly inbox: SimulatedStripInbox;
}

const F32_BYTES = 4;
/** That a member finds in its part of a picture. */
const BOXES = 4;

/** Computes a device's part of a frame, stage after stage; strips are sent while the next stage is computed. See `edge/gang/block-runner.ts`. */
export class BlockComputer {
  readonly #parts: BlockComputerParts;

  constructor(parts: BlockComputerParts) {
    this.#parts = parts;
  }

  /** @returns the result, once all strips have been taken; null when its frame has ended or begun again. */
  *run({ arrivedMs, taskBytes, work }: BlockTask): Process<ComputedBlock | null> {
    const { host, inbox, processor, world } = this.#parts;
    const { costs, sizes } = world.settings;
    const { plans, task } = work;
    const { attempt, frame } = task;
    const rule = this.#rule;
    const { maps } = this.#stage;
    const startedMs = world.kernel.nowMs;
    const passedMs = () => world.kernel.nowMs - startedMs;
    if (rule.carries === 'picture') {
      const { input } = plans[task.member]!;
      // A decoder goes from the top of the picture to the last row that is asked for.
      yield* wait(processor.background((costs.letterboxMs * input.y1) / maps[0]!.height));
    }
    const prepareMs = passedMs();
    const stages: StageTime[] = [];
    const sends: Latch[] = [];
    let [computeMs, overlapBytes, macs] = [0, 0, 0];
    for (const [index, stage] of plans[task.member]!.stages.entries()) {
      const waitedMs = passedMs();
      if (!(yield* inbox.wait(frame, attempt, stage.due))) return null;
      const beganMs = passedMs();
      const perBlockMs = index === 0 ? costs.tileMs : 0;
      const stageComputeMs = yield* wait(processor.compute(perBlockMs + stageMs(costs, rule.plan, maps, stage.steps)));
      const bodies = bodiesOf(stage).map(([to, strips]) => ({ to, bytes: sizes.gangStrips(maps, strips, rule.plan) }));
      for (const { bytes, to } of bodies) sends.push(this.#send(work, { from: task.member, stage: index }, to, bytes));
      computeMs += stageComputeMs;
      macs += stage.macs;
      overlapBytes += stripValues(work, maps, stage.due);
      stages.push({
        stripsMs: beganMs - waitedMs,
        beganMs,
        endedMs: passedMs(),
        computeMs: stageComputeMs,
        sent: bodies,
      });
    }
    const totalMs = passedMs();
    for (const sent of sends) yield* wait(sent.done());
    const times = { prepareMs, stages, totalMs, afterMs: passedMs() - totalMs };
    const key = { frame, member: task.member, generation: task.generation, attempt };
    const costsOf = { waitMs: startedMs - arrivedMs, computeMs, taskBytes, overlapBytes, macs };
    return { ...key, device: host.id, gang: rule.plan, ...costsOf, ...times };
  }

  /** The length of a result. */
  resultBytes({ plans, task }: BlockWork, result: ComputedBlock): number {
    const { maps, outputs } = this.#stage;
    const { sizes } = this.#parts.world.settings;
    if (task.boxesAbove !== null) return sizes.blockResult(maps, result, BOXES);
    const blocks = plans[task.member]!.outputs.map((region, i): MapRegion => ({ map: outputs[i]!, region }));
    return sizes.blockResult(
      maps,
      result,
      blocks.filter(({ region }) => !isEmptyRegion(region)),
    );
  }

  get #rule(): GangRule {
    return strategyNamed(this.#parts.world.settings.strategy).gang!;
  }

  get #stage(): SegmentedStage {
    return gangPlanOf(this.#parts.world.settings.gangs, this.#rule.plan).stage;
  }

  /** @returns set when the receiver has them. */
  #send({ task }: BlockWork, body: DueBody, to: number, bytes: number): Latch {
    const { host, world } = this.#parts;
    const { attempt, frame, members } = task;
    const sent = new Latch();
    const { gateway, wire } = world;
    const request =
      this.#rule.strips === 'gateway'
        ? wire.request(host, gateway, bytes, () => gateway.passStrips(frame, attempt, body, to, bytes))
        : this.#toMember(members[to]!.device, frame, attempt, body, bytes);
    world.kernel.spawn(request, () => sent.set());
    return sent;
  }

  *#toMember(id: string, frame: string, attempt: number, body: DueBody, bytes: number): Process {
    const { host, world } = this.#parts;
    const device = world.devices.get(id)!;
    yield* world.wire.request(host, device, bytes, () => device.takeStrips(frame, attempt, body));
  }
}

function bodiesOf({ owed }: MemberStage): readonly (readonly [number, readonly MapRegion[]])[] {
  const bodies = new Map<number, MapRegion[]>();
  for (const { map, region, to } of owed) bodies.set(to, [...(bodies.get(to) ?? []), { map, region }]);
  return [...bodies];
}

/** Bytes of the values that bodies bring, as a device counts them. */
function stripValues({ plans, task }: BlockWork, maps: readonly MapShape[], due: readonly DueBody[]): number {
  return due
    .flatMap(({ from, stage }) => plans[from]!.stages[stage]!.owed.filter(({ to }) => to === task.member))
    .reduce((sum, { map, region }) => sum + regionBytes(region, maps[map]!, F32_BYTES), 0);
}
