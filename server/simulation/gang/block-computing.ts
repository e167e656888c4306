import type { DueBody, OwedBody } from '../../geometry/gang/gang-blocks.js';
import { gangPlanOf } from '../../geometry/gang/gang-plans.js';
import { regionBytes } from '../../geometry/plan-cost.js';
import { isEmptyRegion, type MapRegion, type MapShape } from '../../geometry/region.js';
import type { SegmentedStage } from '../../geometry/segments.js';
import type { BoardBlock } from '../../scheduling/device/board-task.js';
import { type BlockDriver, blockCourse } from '../../scheduling/gang/block-course.js';
import type { ComputedBlock } from '../../scheduling/gang/block-times.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { GangRule } from '../../scheduling/strategies/strategy.js';
import { stageMs } from '../cost-model.js';
import { type Process, type Suspension, wait } from '../machine/kernel.js';
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

/** Strips on their way to another member. */
interface Body extends Pick<OwedBody, 'to' | 'way'> {
  readonly stage: number;
  readonly bytes: number;
}

const F32_BYTES = 4;
/** That a member finds in its part of a picture. */
const BOXES = 4;

/** Computes a device's part of a frame in simulated time. */
export class BlockComputer {
  readonly #parts: BlockComputerParts;

  constructor(parts: BlockComputerParts) {
    this.#parts = parts;
  }

  /** @returns the result, once all strips have been taken; null when its frame has ended or begun again. */
  *run({ arrivedMs, taskBytes, work }: BlockTask): Process<ComputedBlock | null> {
    const { plans, task } = work;
    const { attempt, frame, generation, member } = task;
    const costs = yield* blockCourse(plans[member]!.stages, arrivedMs, this.#driver(work));
    const gang = this.#rule.plan;
    return costs && { frame, member, generation, attempt, device: this.#parts.host.id, gang, taskBytes, ...costs };
  }

  #driver(work: BlockWork): BlockDriver<Suspension<never>> {
    const { inbox, processor, world } = this.#parts;
    const { kernel, settings } = world;
    const { costs, sizes } = settings;
    const { plans, task } = work;
    const { attempt, frame, member } = task;
    const { carries, plan } = this.#rule;
    const { maps } = this.#stage;
    const sends: Latch[] = [];
    // A decoder goes from the top of the picture to the last row that is asked for.
    const letterboxMs = carries === 'input' ? 0 : (costs.letterboxMs * plans[member]!.input.y1) / maps[0]!.height;
    return {
      nowMs: () => kernel.nowMs,
      prepare: () => wait(processor.background(letterboxMs)),
      *strips({ due }) {
        return (yield* inbox.wait(frame, attempt, due)) ? stripValues(work, maps, due) : null;
      },
      *compute({ macs, steps }, index) {
        const perBlockMs = index === 0 ? costs.tileMs : 0;
        const computeMs = yield* wait(processor.compute(perBlockMs + stageMs(costs, plan, maps, steps)));
        return { computeMs, macs };
      },
      handOver: (stage, index) =>
        stage.bodies.map(({ to, way }) => {
          const strips = stage.owed.filter((strip) => strip.to === to);
          const bytes = sizes.gangStrips(maps, strips, plan);
          const sent = new Latch();
          kernel.spawn(this.#handOver(work, { stage: index, to, way, bytes }), () => sent.set());
          sends.push(sent);
          return { to, bytes };
        }),
      *taken() {
        for (const sent of sends) yield* wait(sent.done());
        return true;
      },
    };
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

  /** Ends when the receiver has the strips. See `edge/gang/strip-exchange.ts`. */
  *#handOver({ task }: BlockWork, { bytes, stage, to, way }: Body): Process {
    const { host, inbox, world } = this.#parts;
    const { gateway, wire } = world;
    const { attempt, frame, member, members } = task;
    const body = { from: member, stage };
    if (this.#rule.strips === 'gateway') {
      yield* wire.request(host, gateway, bytes, () => gateway.passStrips(frame, attempt, body, to, bytes));
      return;
    }
    const asks = way === 'exchange';
    if (asks && inbox.answer(frame, attempt, to, stage, bytes)) return;
    const device = world.devices.get(members[to]!.device)!;
    const isAnswered = yield* wire.request(host, device, bytes, () => device.takeStrips(frame, attempt, body, asks));
    if (isAnswered) inbox.put(frame, attempt, { from: to, stage });
  }
}

/** Bytes of the values that bodies bring, as a device counts them. */
function stripValues({ plans, task }: BlockWork, maps: readonly MapShape[], due: readonly DueBody[]): number {
  return due
    .flatMap(({ from, stage }) => plans[from]!.stages[stage]!.owed.filter(({ to }) => to === task.member))
    .reduce((sum, { map, region }) => sum + regionBytes(region, maps[map]!, F32_BYTES), 0);
}
