import type { ComputeThread } from '../../compute/compute-thread.js';
import type { MemberPlan } from '../../geometry/gang/gang-blocks.js';
import type { GangPlanName } from '../../geometry/gang/gang-plan.js';
import { gangPlanOf } from '../../geometry/gang/gang-plans.js';
import { MemberPlans } from '../../geometry/gang/member-plans.js';
import { CANCELLED } from '../../node/pause.js';
import { blockCourse } from '../../scheduling/gang/block-course.js';
import type { BlockProgress } from '../../scheduling/gang/hanging-member.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { GangRule } from '../../scheduling/strategies/strategy.js';
import type { TaskKey } from '../../scheduling/task-key.js';
import type { EdgeDevice } from '../device/edge-device.js';
import type { FrameInputs } from '../frames/frame-inputs.js';
import type { EdgeBoard } from '../tasks/edge-board.js';
import type { BlockResults } from './block-results.js';
import type { BlockTask } from './block-task.js';
import { EdgeBlock, keyOf } from './edge-block.js';
import { followCourse } from './follow-course.js';
import type { StripExchange } from './strip-exchange.js';

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
  readonly block: EdgeBlock;
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
    const { block, task } = this.#current ?? {};
    if (block === undefined || task?.frame !== frame) return null;
    if (task.generation !== generation || task.attempt !== attempt) return null;
    return {
      stage: block.stage,
      lacks: this.#parts.strips.inbox.lacking(task).map(({ from, stage: of }) => ({ from, stage: of })),
    };
  }

  /** @param stopped aborted when the device stops: the compute thread ends, and what it fails with is no error. */
  async run(task: BlockTask, stopped: AbortSignal): Promise<void> {
    const { board, compute, edge, strips } = this.#parts;
    const { attempt, frame, member } = task;
    const end = new AbortController();
    const stop = () => end.abort(CANCELLED);
    stopped.addEventListener('abort', stop, { once: true });
    let isSent = false;
    try {
      isSent = await this.#run(task, end);
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
  async #run(task: BlockTask, end: AbortController): Promise<boolean> {
    const plans = this.#membersOf(ruleOf(task).plan).of(task.bands);
    const plan = plans[task.member]!;
    const block = new EdgeBlock(this.#parts, task, plans, end);
    this.#current = { task, end, block };
    if (!this.#open(task, plan)) return false;
    const costs = await followCourse(blockCourse(plan.stages, task.arrivedMs, block));
    if (costs === null) return isGivenUp(end.signal);
    this.#parts.results.send(task, plan, costs, block.outcome!);
    return true;
  }

  /** @returns false when a later attempt of the frame is known. */
  #open(task: BlockTask, { stages }: MemberPlan): boolean {
    const { answers, inbox } = this.#parts.strips;
    const due = stages.flatMap((stage) => stage.due);
    if (!inbox.open(task, due)) return false;
    const isDirect = ruleOf(task).strips !== 'gateway';
    const exchanged = stages.flatMap(({ bodies }, stage) =>
      bodies.flatMap(({ before, to, way }) => (isDirect && way === 'exchange' ? [{ before, stage, to }] : [])),
    );
    answers.open(task, exchanged);
    return true;
  }

  #membersOf(plan: GangPlanName): MemberPlans {
    const members = this.#members.get(plan) ?? new MemberPlans(gangPlanOf(this.#parts.edge.gangs, plan));
    this.#members.set(plan, members);
    return members;
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
