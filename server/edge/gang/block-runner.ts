import { performance } from 'node:perf_hooks';
import type { ComputeThread } from '../../compute/compute-thread.js';
import { DeepThingsError } from '../../errors.js';
import type { MemberPlan, MemberStage } from '../../geometry/gang/gang-blocks.js';
import type { GangPlanName } from '../../geometry/gang/gang-plan.js';
import { gangPlanOf } from '../../geometry/gang/gang-plans.js';
import { MemberPlans } from '../../geometry/gang/member-plans.js';
import { intersectRegions, isEmptyRegion } from '../../geometry/region.js';
import { CANCELLED } from '../../node/pause.js';
import { encodeGangStrips, type GangStrips } from '../../node/wire/gang-strips.js';
import type { MapBlock } from '../../node/wire/map-blocks.js';
import type { StageTime } from '../../scheduling/gang/block-times.js';
import type { BlockProgress } from '../../scheduling/gang/hanging-member.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { GangRule } from '../../scheduling/strategies/strategy.js';
import type { TaskKey } from '../../scheduling/task-key.js';
import { cropRegion } from '../../tensor/planes.js';
import type { EdgeDevice } from '../device/edge-device.js';
import { digestOf, type FrameInputs } from '../frames/frame-inputs.js';
import type { EdgeBoard } from '../tasks/edge-board.js';
import type { BlockOutcome, BlockResults } from './block-results.js';
import type { BlockTask } from './block-task.js';
import type { StripBody, StripExchange } from './strip-exchange.js';
import type { ReceivedStrips } from './strip-inbox.js';

export interface BlockRunnerParts {
  readonly edge: EdgeDevice;
  readonly compute: Pick<ComputeThread, 'runBlock' | 'dropBlock'>;
  readonly board: EdgeBoard;
  readonly inputs: FrameInputs;
  readonly strips: StripExchange;
  readonly results: BlockResults;
}

/** The block that is computed now. */
interface Current {
  readonly task: BlockTask;
  /** Ends it: `CANCELLED` when it is not wanted any more, else the error that it fails with. */
  readonly end: AbortController;
  /** The stage that is computed, or waits for strips. */
  stage: number;
}

/**
 * Computes this device's part of a frame, stage after stage: strips that others need are sent while the next stage is computed. A
 * frame that ends, or begins again with another gang, is given up at once; only an engine call runs to its end.
 */
export class BlockRunner {
  readonly #parts: BlockRunnerParts;
  readonly #members = new Map<GangPlanName, MemberPlans>();
  #current: Current | null = null;

  constructor(parts: BlockRunnerParts) {
    this.#parts = parts;
  }

  /** Gives up the block that is computed now, where it is past. */
  giveUp(isPast: (task: BlockTask) => boolean): void {
    if (this.#current !== null && isPast(this.#current.task)) this.#current.end.abort(CANCELLED);
  }

  /** Returns how far a block is that is computed now; null for another one. */
  progressOf({ attempt, frame, generation }: TaskKey): BlockProgress | null {
    const { stage, task } = this.#current ?? {};
    if (stage === undefined || task?.frame !== frame) return null;
    if (task.generation !== generation || task.attempt !== attempt) return null;
    return { stage, lacks: this.#parts.strips.inbox.lacking(task).map(({ from, stage: of }) => ({ from, stage: of })) };
  }

  /** @param stopped aborted when the device stops: the compute thread ends, and what it fails with is no error. */
  async run(task: BlockTask, stopped: AbortSignal): Promise<void> {
    const { board, compute, edge, strips } = this.#parts;
    const { attempt, frame, member } = task;
    const waitMs = performance.now() - task.arrivedMs;
    const end = new AbortController();
    const stop = () => end.abort(CANCELLED);
    stopped.addEventListener('abort', stop, { once: true });
    const current: Current = { task, end, stage: 0 };
    this.#current = current;
    let isSent = false;
    try {
      isSent = await this.#run(current, waitMs);
      if (!isSent) board.finished(task);
    } catch (error) {
      // The gateway sees that the member lost its part, and has the frame begin again without it.
      if (!stopped.aborted) edge.log.error({ frame, member, attempt, err: error }, 'block could not be computed');
      board.giveBack([task]);
      board.finished(task);
    } finally {
      this.#current = null;
      stopped.removeEventListener('abort', stop);
      strips.answers.close(task, isSent);
      compute.dropBlock(keyOf(task));
    }
  }

  /**
   * @returns false when the frame has ended, or begun again.
   * @throws the error of a stage, or of strips that could not be sent.
   */
  async #run(current: Current, waitMs: number): Promise<boolean> {
    const { end, task } = current;
    const { compute, inputs, results, strips: exchange } = this.#parts;
    const { bands, boxesAbove, frame, member, partDigest, picture } = task;
    const rule = ruleOf(task);
    const plan = this.#membersOf(rule.plan).of(bands)[member]!;
    if (!this.#open(task, plan)) return false;
    const startedMs = performance.now();
    const part = rule.carries === 'input' ? picture : await inputs.partOf(frame, picture, plan.input, partDigest);
    const shared = partDigest === null ? this.#sharedParts(task, part) : new Map<number, string>();
    const told = new Set<number>();
    let input: Uint8Array | null = part;
    const prepareMs = performance.now() - startedMs;
    const costs = { waitMs, computeMs: 0, overlapBytes: 0, macs: 0 };
    const stages: StageTime[] = [];
    const sends: Promise<void>[] = [];
    let made: BlockOutcome | null = null;
    for (const [index, stage] of plan.stages.entries()) {
      current.stage = index;
      const waitedMs = performance.now();
      const received = await exchange.inbox.wait(task, stage.due, end.signal);
      if (received === null) return isGivenUp(end.signal);
      requireSameInput(task, shared, received);
      const strips = received.flatMap((body) => body.strips);
      const beganMs = performance.now() - startedMs;
      const { boxes, computeMs, macs, outputs, owed } = await compute.runBlock({
        ...{ plan: rule.plan, key: keyOf(task), bands, member, input, strips, boxesAbove },
      });
      if (end.signal.aborted) return isGivenUp(end.signal);
      const endedMs = performance.now() - startedMs;
      input = null;
      const bodies = stage.bodies.map((body): StripBody => {
        const { to } = body;
        const sharedDigest = told.has(to) ? null : (shared.get(to) ?? null);
        told.add(to);
        return {
          ...body,
          stage: index,
          bytes: this.#encode(rule, { strips: stripsTo(to, stage, owed), sharedDigest }),
        };
      });
      const sent = bodies.map(({ to, bytes }) => ({ to, bytes: bytes.byteLength }));
      stages.push({ stripsMs: beganMs - (waitedMs - startedMs), beganMs, endedMs, computeMs, sent });
      costs.computeMs += computeMs;
      costs.macs += macs;
      costs.overlapBytes += strips.reduce((sum, strip) => sum + strip.data.byteLength, 0);
      for (const body of bodies) {
        sends.push(exchange.handOver(task, body, end.signal).catch((error) => end.abort(error)));
      }
      made = { outputs: outputs ?? [], boxes };
    }
    const totalMs = performance.now() - startedMs;
    // A neighbour that lacks strips waits in vain. The frame is not late by this: no neighbour is done before it has them.
    await Promise.all(sends);
    if (end.signal.aborted) return isGivenUp(end.signal);
    const afterMs = performance.now() - startedMs - totalMs;
    results.send(task, plan, { ...costs, prepareMs, stages, totalMs, afterMs }, made!);
    return true;
  }

  /** @returns false when a later attempt of the frame is known. */
  #open(task: BlockTask, { stages }: MemberPlan): boolean {
    const { answers, inbox } = this.#parts.strips;
    if (
      !inbox.open(
        task,
        stages.flatMap(({ due }) => due),
      )
    )
      return false;
    const isDirect = ruleOf(task).strips !== 'gateway';
    const answered = stages.flatMap(({ bodies }, stage) =>
      bodies.flatMap(({ before, to, way }) => (isDirect && way === 'answer' ? [{ before, stage, to }] : [])),
    );
    answers.open(task, answered);
    return true;
  }

  #membersOf(plan: GangPlanName): MemberPlans {
    const members = this.#members.get(plan) ?? new MemberPlans(gangPlanOf(this.#parts.edge.gangs, plan));
    this.#members.set(plan, members);
    return members;
  }

  #encode({ plan }: GangRule, body: GangStrips): Uint8Array {
    const { gangs, wirePlan } = this.#parts.edge;
    return encodeGangStrips(gangPlanOf(gangs, plan).stage.maps, body, wirePlan.maps, plan);
  }

  /** By member: the digest of what this one and that one read of the letterboxed picture both. */
  #sharedParts(task: BlockTask, part: Uint8Array): ReadonlyMap<number, string> {
    const { plan } = ruleOf(task);
    const { channels } = gangPlanOf(this.#parts.edge.gangs, plan).stage.maps[0]!;
    const plans = this.#membersOf(plan).of(task.bands);
    const own = plans[task.member]!;
    const peers = new Set(
      own.stages.flatMap(({ due, owed }) => [...due.map(({ from }) => from), ...owed.map(({ to }) => to)]),
    );
    const shared = new Map<number, string>();
    for (const peer of peers) {
      const region = intersectRegions(own.input, plans[peer]!.input);
      if (!isEmptyRegion(region)) shared.set(peer, digestOf(cropRegion(part, channels, own.input, region)));
    }
    return shared;
  }
}

/** @throws DeepThingsError `DT_INPUT_DIFFERS` when another member's decoder sees another picture. */
function requireSameInput(
  { frame, members }: BlockTask,
  shared: ReadonlyMap<number, string>,
  received: readonly ReceivedStrips[],
): void {
  for (const { from, sharedDigest } of received) {
    if (sharedDigest === null || (shared.get(from) ?? sharedDigest) === sharedDigest) continue;
    const detail = `this device and ${members[from]!.device} letterbox the picture of frame ${frame} to different bytes`;
    throw new DeepThingsError('DT_INPUT_DIFFERS', detail);
  }
}

/**
 * Returns false for a block that is not wanted any more.
 *
 * @throws the error that the block was ended with.
 */
function isGivenUp({ aborted, reason }: AbortSignal): false {
  if (aborted && reason !== CANCELLED) throw reason;
  return false;
}

function ruleOf({ strategy }: BlockTask): GangRule {
  return strategyNamed(strategy).gang!;
}

function keyOf({ attempt, frame, generation }: BlockTask): string {
  return `${frame}/${generation}/${attempt}`;
}

function stripsTo(to: number, { owed }: MemberStage, data: readonly Float32Array[]): readonly MapBlock[] {
  return owed.flatMap(({ map, region, to: receiver }, i) => (receiver === to ? [{ map, region, data: data[i]! }] : []));
}
