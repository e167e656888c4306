import type { BoardEvent } from '../../scheduling/device/board-change.js';
import type { BlockRunner } from '../gang/block-runner.js';
import type { EdgeBoard } from './edge-board.js';
import type { ResultSender } from './result-sender.js';
import type { SliceRunner } from './slice-runner.js';
import type { TileRunner } from './tile-runner.js';

export interface ExecutorParts {
  readonly board: EdgeBoard;
  readonly tiles: TileRunner;
  readonly slices: SliceRunner;
  readonly blocks: BlockRunner;
  readonly sender: ResultSender;
}

/** True for changes of the board after which there may be a task to begin. */
const BRINGS_WORK: Readonly<Record<BoardEvent<unknown, unknown>['kind'], boolean>> = {
  ...{ queued: true, stolen: true, shared: true, 'handed-back': true, opened: true },
  ...{ returned: false, 'taken-out': false, finished: false, begun: false, 'handed-out': false, dropped: false },
};

/** Computes this device's tasks, one at a time; results are sent while the next one is computed. */
export class Executor {
  readonly #parts: ExecutorParts;
  #busy = false;
  /** Ends the wait for a task. */
  #changed: () => void = () => {};
  readonly #stop = new AbortController();

  constructor(parts: ExecutorParts) {
    this.#parts = parts;
  }

  get busy(): boolean {
    return this.#busy;
  }

  start(): void {
    this.#parts.board.onChange(({ kind }) => {
      this.#parts.tiles.lookAhead();
      if (!BRINGS_WORK[kind]) return;
      this.#changed();
      void this.#work();
    });
    void this.#work();
  }

  /** Begins nothing more. */
  stop(): void {
    this.#stop.abort();
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    const { blocks, board, sender, slices, tiles } = this.#parts;
    const { signal } = this.#stop;
    for (;;) {
      await sender.room();
      await tiles.room();
      if (signal.aborted) break;
      const task = board.takeNext();
      const { first } = tiles;
      if (task === null) {
        if (first === null) break;
        await Promise.race([first, this.#change()]);
      } else if (task.kind === 'tile') {
        await tiles.run(task, signal);
      } else {
        await tiles.all();
        if (task.kind === 'slice') await slices.run(task, signal);
        else await blocks.run(task, signal);
      }
    }
    this.#busy = false;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#changed = resolve;
    });
  }
}
