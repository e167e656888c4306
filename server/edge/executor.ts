import { performance } from 'node:perf_hooks';
import type { ComputeThread } from '../compute/compute-thread.js';
import type { EventLog } from '../node/event-log.js';
import type { Logger } from '../node/logger.js';
import type { NodeMetrics } from '../node/metrics.js';
import type { PeerClients } from '../node/peer-clients.js';
import type { EdgeTask } from './edge-task.js';
import { handBackTask } from './hand-back.js';
import type { OfferKeeper } from './offer-keeper.js';
import type { ResultSender } from './result-sender.js';
import type { TaskBoard } from './task-board.js';
import type { TilePreparer } from './tile-preparer.js';
import type { UsualTime } from './usual-time.js';

export interface ExecutorParts {
  readonly device: string;
  readonly board: TaskBoard;
  readonly compute: ComputeThread;
  readonly preparer: TilePreparer;
  readonly keeper: OfferKeeper;
  readonly sender: ResultSender;
  readonly peers: PeerClients;
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
    const { board, compute, device, events, keeper, log, metrics, peers, preparer, sender, usualTile } = this.#parts;
    const facts = { frame: task.frame, tile: task.tile, attempt: task.attempt };
    const waitMs = performance.now() - task.arrivedMs;
    try {
      const prepared = await preparer.prepare(task);
      if (prepared.kind !== 'ready') {
        if (prepared.kind === 'ended') log.debug(facts, 'tile dropped: its frame has ended');
        else await handBackTask(task, device, peers, log);
        board.finished(task);
        return;
      }
      const { job, overlapBytes } = prepared;
      const { data, computeMs, macs, kept } = await compute.runTile(job);
      if (task.strategy === 'ftp-wst-s') keeper.keep(task, job, kept);
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
        overlapBytes,
        controlBytes: task.controlBytes,
        macs,
      });
    } catch (error) {
      // The gateway sees that nobody lists the tile any more, and has it run elsewhere.
      if (!this.#stopped) log.error({ ...facts, err: error }, 'tile could not be computed');
      board.finished(task);
    }
  }
}
