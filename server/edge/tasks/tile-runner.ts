import { performance } from 'node:perf_hooks';
import type { ComputeThread } from '../../compute/compute-thread.js';
import type { EdgeDevice } from '../device/edge-device.js';
import type { EdgeBoard } from './edge-board.js';
import type { EdgeTask } from './edge-task.js';
import type { EdgeTile, EdgeTurns } from './edge-turns.js';
import { handBackTask } from './hand-back.js';
import type { TileOutputs } from './tile-outputs.js';
import type { TilePreparer } from './tile-preparer.js';

export interface TileRunnerParts {
  readonly edge: EdgeDevice;
  readonly board: EdgeBoard;
  readonly compute: Pick<ComputeThread, 'runTile'>;
  readonly preparer: TilePreparer;
  readonly outputs: TileOutputs;
  readonly turns: EdgeTurns;
}

/** Has the compute thread run tiles, and their results sent. */
export class TileRunner {
  readonly #parts: TileRunnerParts;

  constructor(parts: TileRunnerParts) {
    this.#parts = parts;
  }

  /** @param stopped aborted when the device stops: the compute thread ends, and what it fails with is no error. */
  async run(tile: EdgeTile, stopped: AbortSignal): Promise<void> {
    const { compute, outputs, preparer, turns } = this.#parts;
    try {
      const running = preparer.runningOf(tile);
      const result = await compute.runTile(running.job);
      outputs.finish(running, result);
      turns.computed(tile, result, performance.now());
    } catch (error) {
      this.#failed(tile.task, error, stopped);
      turns.failed(tile, performance.now());
    }
  }

  /** A tile cannot be computed here. Without its input it goes back to its victim. */
  async giveUp(task: EdgeTask, why: 'ended' | 'no-input' | Error, stopped: AbortSignal): Promise<void> {
    const { board, edge } = this.#parts;
    const { frame, tile, attempt } = task;
    if (why === 'ended') edge.log.debug({ frame, tile, attempt }, 'tile dropped: its frame has ended');
    else if (why === 'no-input') await handBackTask(edge, board, task);
    else this.#failed(task, why, stopped);
  }

  /** The gateway sees that no device lists the tile any more, and has it run elsewhere. */
  #failed({ frame, tile, attempt }: EdgeTask, error: unknown, stopped: AbortSignal): void {
    if (!stopped.aborted)
      this.#parts.edge.log.error({ frame, tile, attempt, err: error }, 'tile could not be computed');
  }
}
