import { performance } from 'node:perf_hooks';
import type { ComputeThread } from '../compute/compute-thread.js';
import { wholeMap } from '../geometry/region.js';
import type { EventLog } from '../node/event-log.js';
import type { Logger } from '../node/logger.js';
import type { NodeMetrics } from '../node/metrics.js';
import type { WirePlan } from '../node/task-body.js';
import { cropRegion } from '../tensor/planes.js';
import type { EdgeTask } from './edge-task.js';
import type { OwnFrames } from './own-frames.js';
import type { ResultSender } from './result-sender.js';
import type { TaskBoard } from './task-board.js';
import type { UsualTime } from './usual-time.js';

export interface ExecutorParts {
  readonly device: string;
  readonly wirePlan: WirePlan;
  readonly board: TaskBoard;
  readonly ownFrames: OwnFrames;
  readonly compute: ComputeThread;
  readonly sender: ResultSender;
  readonly usualTile: UsualTime;
  readonly events: EventLog;
  readonly metrics: NodeMetrics;
  readonly log: Logger;
}

/** Computes this device's tasks, one at a time; results are sent while the next one is computed. */
export class Executor {
  readonly #parts: ExecutorParts;
  #busy = false;
  #stopped = false;
  #tilesRun = 0;

  constructor(parts: ExecutorParts) {
    this.#parts = parts;
  }

  get busy(): boolean {
    return this.#busy;
  }

  get tilesRun(): number {
    return this.#tilesRun;
  }

  start(): void {
    this.#parts.board.onChange(() => void this.#work());
    void this.#work();
  }

  /** Begins nothing more. */
  stop(): void {
    this.#stopped = true;
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    const { board, sender } = this.#parts;
    while (!this.#stopped) {
      await sender.room();
      const task = board.takeNext();
      if (task === null) break;
      await this.#run(task);
    }
    this.#busy = false;
  }

  async #run(task: EdgeTask): Promise<void> {
    const { board, compute, device, events, log, metrics, sender, usualTile } = this.#parts;
    const facts = { frame: task.frame, tile: task.tile, attempt: task.attempt };
    const input = this.#inputOf(task);
    if (input === null) {
      log.debug(facts, 'tile dropped: its frame has ended');
      board.finished(task);
      return;
    }
    const waitMs = performance.now() - task.arrivedMs;
    events.publish('tile', { ...facts, event: 'running', device });
    try {
      const job = { tileId: task.tile, offers: {}, input, strips: [], keepFor: [] };
      const { data, computeMs, macs } = await compute.runTile(job);
      this.#tilesRun++;
      usualTile.add(computeMs);
      metrics.tileWait.observe(waitMs / 1000);
      metrics.tileCompute.observe(computeMs / 1000);
      events.publish('tile', { ...facts, event: 'done', device });
      log.debug({ ...facts, computeMs, waitMs }, 'tile computed');
      sender.send(task, {
        ...facts,
        device,
        inputDigest: task.inputDigest,
        output: data,
        waitMs,
        transferMs: task.transferMs,
        computeMs,
        inputBytes: task.inputBytes,
        macs,
      });
    } catch (error) {
      // The gateway sees that nobody lists the tile any more, and has it run elsewhere.
      if (!this.#stopped) log.error({ ...facts, err: error }, 'tile could not be computed');
      board.finished(task);
    }
  }

  #inputOf(task: EdgeTask): Uint8Array | null {
    if (task.input !== null) return task.input;
    const own = this.#parts.ownFrames.get(task.frame);
    if (own === undefined) return null;
    const { plan } = this.#parts.wirePlan;
    const map = plan.maps[0]!;
    return cropRegion(own.data, map.channels, wholeMap(map), plan.tiles[task.tile]!.regions[0]!);
  }
}
