import { performance } from 'node:perf_hooks';
import { HttpProblem } from '../node/problems/problem.js';
import { givenWay } from '../scheduling/device/device-tile.js';
import type { ReuseBook } from '../scheduling/reuse/reuse-book.js';
import { NO_REUSE } from '../scheduling/reuse/tile-reuse.js';
import { strategyNamed } from '../scheduling/strategies/strategies.js';
import type { StrategyName } from '../scheduling/strategies/strategy.js';
import type { EdgeDevice } from './device/edge-device.js';
import type { Drain } from './drain.js';
import type { DeviceFrames } from './frames/device-frames.js';
import type { FrameInputs } from './frames/frame-inputs.js';
import type { EdgeBoard } from './tasks/edge-board.js';
import type { EdgeTask } from './tasks/edge-task.js';

export interface FrameIntakeParts {
  readonly edge: EdgeDevice;
  readonly frames: DeviceFrames;
  readonly inputs: FrameInputs;
  readonly board: EdgeBoard;
  readonly book: ReuseBook;
  readonly drain: Drain;
}

interface AllottedFrame {
  readonly frame: string;
  readonly attempt: number;
  /** Digest of the letterboxed picture as the gateway has it. */
  readonly digest: string;
  readonly strategy: StrategyName;
  /** The fencing token of the frame. */
  readonly generation: number;
}

/** Takes frames whose source this device is, and cuts them into tasks (the paper's data frame partitioner). */
export class FrameIntake {
  readonly #parts: FrameIntakeParts;
  /** Deliveries that are being taken, by frame. */
  readonly #taking = new Map<string, Delivery & { readonly taken: Promise<void> }>();

  constructor(parts: FrameIntakeParts) {
    this.#parts = parts;
  }

  /**
   * Takes a frame that the gateway gives this device, with its picture; the same attempt of it again counts once.
   *
   * @throws HttpProblem when this device is drained, or has no room for the frame.
   */
  async take(frame: AllottedFrame, picture: Uint8Array): Promise<void> {
    const { drain, edge, frames } = this.#parts;
    drain.requireServing();
    edge.metrics.bytesReceived.inc({ kind: 'picture' }, picture.byteLength);
    const own = frames.own.get(frame.frame);
    if (own !== undefined && isSame(own, frame)) return;
    const underWay = this.#taking.get(frame.frame);
    if (underWay !== undefined && isSame(underWay, frame)) return underWay.taken;
    const taken = this.#take(frame, picture);
    const entry = { generation: frame.generation, attempt: frame.attempt, taken };
    this.#taking.set(frame.frame, entry);
    try {
      await taken;
    } finally {
      if (this.#taking.get(frame.frame) === entry) this.#taking.delete(frame.frame);
    }
  }

  async #take(frame: AllottedFrame, picture: Uint8Array): Promise<void> {
    this.#parts.frames.own.requireRoom(performance.now());
    this.#parts.inputs.inspect(picture);
    await this.#open(frame, picture, 'given');
  }

  /** Takes a frame of this device's own picture, which the gateway has: it cannot be refused any more. */
  async takeOwn(frame: AllottedFrame, picture: Uint8Array): Promise<void> {
    if (this.#parts.drain.state === 'serving') await this.#open(frame, picture, 'own');
    else this.#giveBack(frame);
  }

  /** @param whose `own`: the cluster has it, so that it cannot be refused any more. */
  async #open(allotted: AllottedFrame, picture: Uint8Array, whose: 'own' | 'given'): Promise<void> {
    const { board, book, drain, edge, frames, inputs } = this.#parts;
    const { frame, attempt, digest, generation, strategy } = allotted;
    const input = await inputs.inputOf(frame, picture, digest);
    if (whose === 'given') drain.requireServing();
    else if (drain.state !== 'serving') return this.#giveBack(allotted);
    frames.generations.invalidateBefore(frame, generation);
    if (frames.generations.isPast(allotted)) {
      const detail = `frame ${frame} has begun again: generation ${generation} of it is void`;
      throw new HttpProblem('DT_GENERATION_PAST', detail);
    }
    const { placement, reuse } = strategyNamed(strategy);
    const fresh = placement === 'source' ? this.#tasksOf(allotted).filter((task) => !board.has(task)) : [];
    if (!board.hasRoom(fresh.length)) {
      const detail = `the task queue of ${edge.self.device} has no room for ${fresh.length} tiles`;
      throw new HttpProblem({ code: 'DT_OVERLOADED', status: 429 }, detail, { retryAfterSeconds: 1 });
    }
    frames.own.open({ frame, generation, attempt, digest, ...input, openedMs: performance.now() });
    if (reuse === 'overlap') book.open(frame);
    if (placement === 'gateway') {
      edge.log.info({ frame, attempt, strategy }, 'frame kept for the gateway, which shares it out');
      return;
    }
    board.enqueue(fresh);
    edge.log.info({ frame, attempt, tiles: fresh.length }, 'frame queued');
  }

  /** The cluster's, and not for this device to compute any more; one that is shared out the gateway has already. */
  #giveBack(allotted: AllottedFrame): void {
    if (strategyNamed(allotted.strategy).placement === 'source') this.#parts.board.giveBack(this.#tasksOf(allotted));
  }

  #tasksOf({ frame, attempt, digest, generation, strategy }: AllottedFrame): readonly EdgeTask[] {
    const { self, wirePlan } = this.#parts.edge;
    const way = givenWay(performance.now());
    return wirePlan.plan.tiles.map(({ tileId }) => ({
      kind: 'tile',
      frame,
      tile: tileId,
      attempt,
      source: self.device,
      strategy,
      inputDigest: digest,
      generation,
      input: null,
      reuse: NO_REUSE,
      ...way,
    }));
  }
}

type Delivery = Pick<AllottedFrame, 'generation' | 'attempt'>;

function isSame(one: Delivery, other: Delivery): boolean {
  return one.generation === other.generation && one.attempt === other.attempt;
}
