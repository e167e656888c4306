import type { Schemas } from '../../../client/client.js';
import type { ComputeThread } from '../../compute/compute-thread.js';
import type { ComputeResult } from '../../compute/messages.js';
import type { ClusterConfig } from '../../config/cluster-config.js';
import { taskQueueLimit } from '../../node/cluster-plan.js';
import { ComputeSpeed } from '../../scheduling/device/compute-speed.js';
import { AHEAD_MS } from '../../scheduling/device/device-pace.js';
import { DeviceTurns } from '../../scheduling/device/device-turns.js';
import { TaskBoard } from '../../scheduling/device/task-board.js';
import { tilePicker } from '../../scheduling/order/tile-picker.js';
import type { EdgeDevice } from '../device/edge-device.js';
import type { DeviceFrames } from '../frames/device-frames.js';
import type { FrameInputs } from '../frames/frame-inputs.js';
import { BlockResults } from '../gang/block-results.js';
import { BlockRunner } from '../gang/block-runner.js';
import type { BlockTask } from '../gang/block-task.js';
import { StripExchange } from '../gang/strip-exchange.js';
import { createOverlap, type DeviceOverlap, startParts } from './device-overlap.js';
import type { EdgeBoard } from './edge-board.js';
import type { EdgeTask } from './edge-task.js';
import type { EdgeTurns } from './edge-turns.js';
import { Executor } from './executor.js';
import { handBackStolen } from './hand-back.js';
import { OfferKeeper } from './offer-keeper.js';
import { PushedTasks } from './pushed-tasks.js';
import { ResultSender } from './result-sender.js';
import { Stealer } from './stealer.js';
import { TileOutputs } from './tile-outputs.js';
import { TilePreparer } from './tile-preparer.js';
import { TileRunner } from './tile-runner.js';

export interface EdgeTasksParts {
  readonly edge: EdgeDevice;
  readonly config: ClusterConfig;
  readonly compute: ComputeThread;
  readonly frames: DeviceFrames;
  readonly inputs: FrameInputs;
}

/** Results that are on their way get so long when the node stops. */
const STOP_GRACE_MS = 500;

/** A device's tasks: where they wait, and what steals, computes and sends them. */
export class EdgeTasks {
  readonly board: EdgeBoard;
  readonly overlap: DeviceOverlap;
  readonly pushed: PushedTasks;
  /** Strips of gangs. */
  readonly strips: StripExchange;
  readonly stealer: Stealer;
  readonly #blocks: BlockRunner;
  readonly #edge: EdgeDevice;
  readonly #compute: ComputeThread;
  readonly #speed = new ComputeSpeed();
  readonly #sender: ResultSender;
  readonly #executor: Executor;
  readonly #turns: EdgeTurns;

  constructor({ edge, config, compute, frames, inputs }: EdgeTasksParts) {
    const { audit, schedule } = config;
    const { plan } = edge.wirePlan;
    const { generations, scopes } = frames;
    const speed = this.#speed;
    const limit = taskQueueLimit(config, plan.tiles.length);
    const overlap = createOverlap(edge, config, speed, frames);
    const board: EdgeBoard = new TaskBoard<EdgeTask, BlockTask>(limit, tilePicker(plan, overlap.book, schedule.order));
    board.onChange((change) => overlap.book.follow(change));
    board.onChange(({ pending }) => edge.metrics.pending.set(pending));
    scopes.onEnd((frame) => board.dropFrame(frame));
    generations.onInvalidated((frame, generation, attempt) => board.dropBefore(frame, generation, attempt));
    edge.metrics.holds('tasks', () => board.listed().length);
    const turns: EdgeTurns = new DeviceTurns(
      { board, speed, aheadMs: AHEAD_MS, starts: startParts(edge, overlap, frames) },
      (effect) => this.#executor.carryOut(effect),
    );
    scopes.onEnd((frame) => turns.starts.forget(frame));
    generations.onInvalidated((frame) => turns.starts.forget(frame));
    const sender = new ResultSender(edge, turns);
    const keeper = new OfferKeeper({ edge, board, overlap });
    const outputs = new TileOutputs({ edge, keeper, sender, namesStrips: audit.fraction > 0 });
    const preparer = new TilePreparer(edge, frames.own, overlap.buffers);
    const tiles = new TileRunner({ edge, board, compute, preparer, outputs, turns });
    this.#edge = edge;
    this.#compute = compute;
    this.board = board;
    this.overlap = overlap;
    this.pushed = new PushedTasks(limit, scopes);
    this.strips = new StripExchange(edge, frames);
    this.#sender = sender;
    this.#turns = turns;
    const results = new BlockResults({ edge, sender, speed });
    const blocks = new BlockRunner({ edge, compute, board, inputs, strips: this.strips, results });
    board.onChange((change) => {
      // A device is in one gang at a time: the gateway has ended those of other frames.
      if (change.kind !== 'shared' || change.task.kind !== 'block') return;
      const { frame } = change.task;
      blocks.giveUp((task) => task.frame !== frame);
    });
    scopes.onEnd((frame) => blocks.giveUp((task) => task.frame === frame));
    generations.onInvalidated(() => blocks.giveUp((task) => generations.isPastBlock(task)));
    this.#blocks = blocks;
    this.#executor = new Executor({ board, turns, preparer, tiles, blocks });
    this.stealer = new Stealer({ edge, board, generations, ...schedule.steal, prefetch: schedule.prefetch });
  }

  /**
   * Computes the remaining layers of a frame, after the tiles that the compute thread has; no other task begins, and none is stolen, before
   * they are done.
   *
   * @param maps given away.
   */
  async runRemaining(maps: readonly Float32Array[]): Promise<ComputeResult<'remaining'>> {
    this.#turns.hold();
    this.stealer.hold();
    try {
      return await this.#compute.runRemaining(maps);
    } finally {
      this.stealer.release();
      this.#turns.release();
    }
  }

  /** Whether a task is being computed. */
  get isComputing(): boolean {
    return this.#turns.isBusy;
  }

  /** Every task that this device has, for its registration. */
  listed(): Schemas['DeviceRegistration']['tasks'] {
    return this.board.listed().map(({ progress: _, ...task }) => {
      const progress = this.#blocks.progressOf(task);
      return progress === null ? task : { ...task, progress: { ...progress, lacks: [...progress.lacks] } };
    });
  }

  /** What this device says of its work, but for the memory that its process has. */
  counters(): Omit<Schemas['DeviceCounters'], 'rssBytes'> {
    return {
      tilesRun: this.#speed.tiles,
      tilesStolen: this.stealer.tilesStolen,
      tilesGiven: this.board.given,
      tileMs: this.#speed.medianTileMs ?? 0,
      resultMs: this.#sender.times.medianMs ?? 0,
    };
  }

  start(): void {
    for (const part of [this.#executor, this.stealer]) part.start();
  }

  /** What stops, in this order: stolen tasks go back to their victims, results that are on their way get a moment. */
  get stops(): readonly (() => unknown)[] {
    return [
      () => this.#executor.stop(),
      () => this.strips.answers.stop(),
      () => this.stealer.stop(),
      () => handBackStolen(this.#edge, this.board),
      () => this.#sender.stop(STOP_GRACE_MS),
    ];
  }
}
