import type { DueBody, MemberStage } from '../../geometry/gang/gang-blocks.js';
import { regionBytes } from '../../geometry/plan-cost.js';
import { isEmptyRegion, type MapRegion } from '../../geometry/region.js';
import type { BoardBlock } from '../../scheduling/device/board-task.js';
import type { ComputedBlock, StageTime } from '../../scheduling/gang/block-times.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import { stageMs } from '../cost-model.js';
import { type Process, wait } from '../machine/kernel.js';
import { Latch } from '../machine/latch.js';
import type { Processor } from '../machine/processor.js';
import type { Host, World } from '../world.js';
import type { BlockWork } from './simulated-gangs.js';
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

/** Computes a device's part of a frame, stage after stage; strips are sent while the next stage is computed. See `edge/gang/block-runner.ts`. */
export class BlockComputer {
  readonly #parts: BlockComputerParts;

  constructor(parts: BlockComputerParts) {
    this.#parts = parts;
  }

  /** @returns the result, once all strips have been taken; null when its frame has ended or begun again. */
  *run({ arrivedMs, taskBytes, work }: BlockTask): Process<ComputedBlock | null> {
    const { host, inbox, processor, world } = this.#parts;
    const { costs } = world.settings;
    const { gang, member, task } = work;
    const { attempt, frame } = task;
    const rule = strategyNamed(task.strategy).gang!;
    const startedMs = world.kernel.nowMs;
    const passedMs = () => world.kernel.nowMs - startedMs;
    if (rule.carries === 'picture') yield* wait(processor.compute(costs.letterboxMs));
    const prepareMs = passedMs();
    const stages: StageTime[] = [];
    const sends: Latch[] = [];
    let [computeMs, overlapBytes, macs] = [0, 0, 0];
    for (const [index, stage] of member.stages.entries()) {
      const waitedMs = passedMs();
      if (!(yield* inbox.wait(frame, attempt, stage.due))) return null;
      const beganMs = passedMs();
      const perBlockMs = index === 0 ? costs.tileMs : 0;
      const stageComputeMs = yield* wait(processor.compute(perBlockMs + stageMs(costs, gang.stage.maps, stage.steps)));
      const bodies = bodiesOf(stage).map(([to, strips]) => ({ to, bytes: this.#bytesOf(work, strips) }));
      for (const { bytes, to } of bodies) sends.push(this.#send(work, { from: task.member, stage: index }, to, bytes));
      computeMs += stageComputeMs;
      macs += stage.macs;
      overlapBytes += stripValues(work, stage.due);
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

  /** The regions of the maps that are handed over, for the length of the result. */
  outputsOf({ gang, member }: BlockWork): readonly MapRegion[] {
    return member.outputs.flatMap((region, i) =>
      isEmptyRegion(region) ? [] : [{ map: gang.stage.outputs[i]!, region }],
    );
  }

  #bytesOf({ gang, task }: BlockWork, strips: readonly MapRegion[]): number {
    const { plan } = strategyNamed(task.strategy).gang!;
    return this.#parts.world.settings.sizes.gangStrips(gang.stage.maps, strips, plan);
  }

  /** @returns set when the receiver has them. */
  #send({ task }: BlockWork, body: DueBody, to: number, bytes: number): Latch {
    const { host, world } = this.#parts;
    const { attempt, frame, members, strategy } = task;
    const sent = new Latch();
    const { gateway, wire } = world;
    const request =
      strategyNamed(strategy).gang!.strips === 'gateway'
        ? wire.request(host, gateway, bytes, () => gateway.passStrips(frame, attempt, body, to, bytes))
        : this.#toMember(members[to]!.address, frame, attempt, body, bytes);
    world.kernel.spawn(request, () => sent.set());
    return sent;
  }

  *#toMember(address: string, frame: string, attempt: number, body: DueBody, bytes: number): Process {
    const { host, world } = this.#parts;
    const device = world.deviceAt(address);
    yield* world.wire.request(host, device, bytes, () => device.takeStrips(frame, attempt, body));
  }
}

function bodiesOf({ owed }: MemberStage): readonly (readonly [number, readonly MapRegion[]])[] {
  const bodies = new Map<number, MapRegion[]>();
  for (const { map, region, to } of owed) bodies.set(to, [...(bodies.get(to) ?? []), { map, region }]);
  return [...bodies];
}

/** Bytes of the values that bodies bring, as a device counts them. */
function stripValues({ gang, plans, task }: BlockWork, due: readonly DueBody[]): number {
  const { maps } = gang.stage;
  return due
    .flatMap(({ from, stage }) => plans[from]!.stages[stage]!.owed.filter(({ to }) => to === task.member))
    .reduce((sum, { map, region }) => sum + regionBytes(region, maps[map]!, F32_BYTES), 0);
}
