import { performance } from 'node:perf_hooks';
import type { ComputeThread } from '../../compute/compute-thread.js';
import { DeepThingsError } from '../../errors.js';
import type { MemberPlan, MemberStage } from '../../geometry/gang/gang-blocks.js';
import { intersectRegions, isEmptyRegion, regionArea } from '../../geometry/region.js';
import type { MapBlock } from '../../node/wire/map-blocks.js';
import type { BlockDriver, Course, StageRun } from '../../scheduling/gang/block-course.js';
import type { SentStrips } from '../../scheduling/gang/block-times.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { GangRule } from '../../scheduling/strategies/strategy.js';
import { cropRegion } from '../../tensor/planes.js';
import { digestOf, type FrameInputs } from '../frames/frame-inputs.js';
import type { BlockOutcome } from './block-results.js';
import type { BlockTask } from './block-task.js';
import type { StripExchange } from './strip-exchange.js';
import type { ReceivedStrips } from './strip-inbox.js';

export interface EdgeBlockParts {
  readonly compute: Pick<ComputeThread, 'runBlock'>;
  readonly inputs: FrameInputs;
  readonly strips: StripExchange;
}

type Pause = Promise<unknown>;

/** A block that is computed with this device's compute thread, and exchanges strips with the other members' devices. */
export class EdgeBlock implements BlockDriver<Pause> {
  /** Of the last stage; null before it. */
  outcome: BlockOutcome | null = null;
  /** The stage that is computed, or waits for strips. */
  stage = 0;
  readonly #parts: EdgeBlockParts;
  readonly #task: BlockTask;
  readonly #plans: readonly MemberPlan[];
  readonly #end: AbortController;
  /** The member's part of the picture, for the first stage. */
  #input: Uint8Array | null = null;
  /** By member: the digest of what this one and that one read of the letterboxed picture both; none that it has been told. */
  #shared: ReadonlyMap<number, string> = new Map();
  readonly #told = new Set<number>();
  /** For the stage that comes next. */
  #received: readonly MapBlock[] = [];
  /** Values of the strips that the last stage owes. */
  #owed: readonly Float32Array[] = [];
  readonly #sends: Promise<void>[] = [];

  /**
   * @param plans of all members.
   * @param end aborted when the block is given up; aborts it with the error of strips that could not be handed over.
   */
  constructor(parts: EdgeBlockParts, task: BlockTask, plans: readonly MemberPlan[], end: AbortController) {
    this.#parts = parts;
    this.#task = task;
    this.#plans = plans;
    this.#end = end;
  }

  nowMs(): number {
    return performance.now();
  }

  *prepare(): Course<Pause, void> {
    yield this.#prepare();
  }

  *strips({ due }: MemberStage, index: number): Course<Pause, number | null> {
    this.stage = index;
    const waiting = this.#parts.strips.inbox.wait(this.#task, due, this.#end.signal);
    const bodies = (yield waiting) as Awaited<typeof waiting>;
    if (bodies === null) return null;
    this.#requireSameInput(bodies);
    this.#received = bodies.flatMap(({ strips }) => strips);
    return this.#received.reduce((sum, { data }) => sum + data.byteLength, 0);
  }

  *compute(): Course<Pause, StageRun | null> {
    const { bands, boxesAbove, member } = this.#task;
    const { plan } = this.#rule;
    const job = { plan, key: keyOf(this.#task), bands, member, input: this.#input, strips: this.#received, boxesAbove };
    this.#input = null;
    const running = this.#parts.compute.runBlock(job);
    const { boxes, computeMs, macs, outputs, owed } = (yield running) as Awaited<typeof running>;
    if (this.#end.signal.aborted) return null;
    this.#owed = owed;
    this.outcome = { outputs: outputs ?? [], boxes };
    return { computeMs, macs };
  }

  handOver(stage: MemberStage, index: number): readonly SentStrips[] {
    const { strips } = this.#parts;
    const bodies = stage.bodies.map((body) => {
      const { to } = body;
      const sharedDigest = this.#told.has(to) ? null : (this.#shared.get(to) ?? null);
      this.#told.add(to);
      const content = { strips: stripsTo(to, stage, this.#owed), sharedDigest };
      return { ...body, stage: index, bytes: strips.encode(this.#rule.plan, content) };
    });
    for (const body of bodies) {
      const sent = strips.handOver(this.#task, body, this.#end.signal);
      this.#sends.push(sent.catch((error) => this.#end.abort(error)));
    }
    return bodies.map(({ bytes, to }) => ({ to, bytes: bytes.byteLength }));
  }

  /** A neighbour that lacks strips waits in vain. The frame is not late by this: no neighbour is done before it has them. */
  *taken(): Course<Pause, boolean> {
    yield Promise.all(this.#sends);
    return !this.#end.signal.aborted;
  }

  get #rule(): GangRule {
    return strategyNamed(this.#task.strategy).gang!;
  }

  async #prepare(): Promise<void> {
    const { frame, member, partDigest, picture } = this.#task;
    const isInput = this.#rule.carries === 'input';
    const { input } = this.#plans[member]!;
    const part = isInput ? picture : await this.#parts.inputs.partOf(frame, picture, input, partDigest);
    if (partDigest === null) this.#shared = this.#sharedParts(part);
    this.#input = part;
  }

  #sharedParts(part: Uint8Array): ReadonlyMap<number, string> {
    const own = this.#plans[this.#task.member]!;
    const channels = part.length / regionArea(own.input);
    const peers = new Set(
      own.stages.flatMap(({ due, owed }) => [...due.map(({ from }) => from), ...owed.map(({ to }) => to)]),
    );
    const shared = new Map<number, string>();
    for (const peer of peers) {
      const region = intersectRegions(own.input, this.#plans[peer]!.input);
      if (!isEmptyRegion(region)) shared.set(peer, digestOf(cropRegion(part, channels, own.input, region)));
    }
    return shared;
  }

  /** @throws DeepThingsError `DT_INPUT_DIFFERS` when another member's decoder sees another picture. */
  #requireSameInput(received: readonly ReceivedStrips[]): void {
    const { frame, members } = this.#task;
    for (const { from, sharedDigest } of received) {
      if (sharedDigest === null || (this.#shared.get(from) ?? sharedDigest) === sharedDigest) continue;
      const detail = `this device and ${members[from]!.device} letterbox the picture of frame ${frame} to different bytes`;
      throw new DeepThingsError('DT_INPUT_DIFFERS', detail);
    }
  }
}

/** The name of a block in the compute thread. */
export function keyOf({ attempt, frame, generation }: BlockTask): string {
  return `${frame}/${generation}/${attempt}`;
}

function stripsTo(to: number, { owed }: MemberStage, data: readonly Float32Array[]): readonly MapBlock[] {
  return owed.flatMap(({ map, region, to: receiver }, i) => (receiver === to ? [{ map, region, data: data[i]! }] : []));
}
