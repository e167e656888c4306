import { performance } from 'node:perf_hooks';
import type { ComputeThread } from '../../compute/compute-thread.js';
import type { ComputeSpeed } from '../../scheduling/device/compute-speed.js';
import { AHEAD_MS } from '../../scheduling/device/device-pace.js';
import { TilesUnderWay } from '../../scheduling/device/tiles-under-way.js';
import type { EdgeDevice } from '../device/edge-device.js';
import type { EdgeBoard } from './edge-board.js';
import type { EdgeTask } from './edge-task.js';
import { handBackTask } from './hand-back.js';
import type { TileOutputs } from './tile-outputs.js';
import type { RunningTile, TilePreparer } from './tile-preparer.js';

export interface TileRunnerParts {
  readonly edge: EdgeDevice;
  readonly board: EdgeBoard;
  readonly compute: Pick<ComputeThread, 'runTile'>;
  readonly preparer: TilePreparer;
  readonly outputs: TileOutputs;
  readonly speed: ComputeSpeed;
}

/** A tile that the compute thread has. */
interface TileInThread extends RunningTile {
  /** Resolves when it has been computed and its result is on its way, or it failed. */
  readonly handled: Promise<void>;
}

/** Gets tiles ready and has the compute thread run them: a few small ones ahead, a large one at a time. */
export class TileRunner {
  readonly #parts: TileRunnerParts;
  readonly #underWay = new TilesUnderWay<TileInThread>(AHEAD_MS);

  constructor(parts: TileRunnerParts) {
    this.#parts = parts;
  }

  /** Resolves when the tile that the thread computes now is done; null when it has none. */
  get first(): Promise<void> | null {
    return this.#underWay.first?.handled ?? null;
  }

  /** Resolves when all tiles are done that the thread has now. */
  async all(): Promise<void> {
    await Promise.all(this.#underWay.tiles.map(({ handled }) => handled));
  }

  /** Resolves when the compute thread is to have one more tile. */
  async room(): Promise<void> {
    for (;;) {
      const { first } = this;
      const leftMs = this.#underWay.nextInMs(this.#parts.speed.medianTileMs, performance.now());
      if (first === null || leftMs <= 0) return;
      await withinMs(leftMs, first);
    }
  }

  /** Fetches strips of the next stolen tile while another one is computed. */
  lookAhead(): void {
    const { tiles } = this.#underWay;
    const next = this.#parts.board.nextStolen;
    if (tiles.length > 0 && next !== null) this.#parts.preparer.fetchAhead(next, tiles);
  }

  /**
   * Gets a tile ready and gives it to the compute thread; resolves when the thread has it.
   *
   * @param stopped aborted when the device stops: the compute thread ends, and what it fails with is no error.
   */
  async run(task: EdgeTask, stopped: AbortSignal): Promise<void> {
    const { board, edge, preparer } = this.#parts;
    const waitMs = performance.now() - task.arrivedMs;
    try {
      const startedMs = performance.now();
      const prepared = await preparer.prepare(task, this.#underWay.tiles);
      const overlapMs = performance.now() - startedMs;
      if (prepared.kind !== 'ready') {
        const { frame, tile, attempt } = task;
        if (prepared.kind === 'ended') edge.log.debug({ frame, tile, attempt }, 'tile dropped: its frame has ended');
        else await handBackTask(edge, board, task);
        board.finished(task);
        return;
      }
      const { kind: _, overlapBytes, ...tile } = prepared;
      const handled = this.#compute(task, tile, { waitMs, overlapMs, overlapBytes }, stopped);
      const inThread: TileInThread = {
        ...tile,
        handled: handled.finally(() => this.#underWay.remove(inThread, performance.now())),
      };
      this.#underWay.add(inThread, performance.now());
      this.lookAhead();
    } catch (error) {
      this.#failed(task, error, stopped);
    }
  }

  async #compute(
    task: EdgeTask,
    tile: RunningTile,
    costs: Parameters<TileOutputs['finish']>[3],
    stopped: AbortSignal,
  ): Promise<void> {
    const { compute, outputs } = this.#parts;
    try {
      outputs.finish(task, tile, await compute.runTile(tile.job), costs);
    } catch (error) {
      this.#failed(task, error, stopped);
    }
  }

  /** The gateway sees that nobody lists the tile any more, and has it run elsewhere. */
  #failed(task: EdgeTask, error: unknown, stopped: AbortSignal): void {
    const { frame, tile, attempt } = task;
    const { board, edge } = this.#parts;
    if (!stopped.aborted) edge.log.error({ frame, tile, attempt, err: error }, 'tile could not be computed');
    board.finished(task);
  }
}

/** Waits for a promise, but no longer than that; an infinite time is none. */
async function withinMs(ms: number, done: Promise<void>): Promise<void> {
  if (ms === Number.POSITIVE_INFINITY) return done;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([done, late]);
  clearTimeout(timer);
}
