import type { StripThere } from '../reuse/fetched-strips.js';
import type { BoardEvent } from './board-change.js';
import type { BoardBlock } from './board-task.js';
import type { ComputeSpeed } from './compute-speed.js';
import { RESULTS_IN_FLIGHT } from './device-pace.js';
import type { DeviceTile, PicturePart } from './device-tile.js';
import type { TaskBoard } from './task-board.js';
import { type ReadyTile, type StartEffect, TileStarts, type TileStartsParts } from './tile-starts.js';
import { TilesUnderWay } from './tiles-under-way.js';

export interface DeviceTurnsParts<
  Task extends DeviceTile<Input>,
  Part extends BoardBlock,
  There extends StripThere,
  Input extends PicturePart,
> {
  readonly board: TaskBoard<Task, Part>;
  readonly speed: ComputeSpeed;
  /** Of work that the compute thread is to have; null: a tile only when it has none. */
  readonly aheadMs: number | null;
  readonly starts: TileStartsParts<There>;
}

/** What a device does to compute its tasks. */
export type TurnEffect<Task, Part, There, Input> =
  | StartEffect<Task, There, Input>
  /** Call `turn` after so long, in place of an earlier call; 0: when all else of this instant has happened. */
  | { readonly kind: 'turn'; readonly inMs: number }
  /** Compute a part of a frame that is no tile, alone; answered by `partDone`. */
  | { readonly kind: 'run-part'; readonly task: Part };

/** True for changes of the board after which there may be a task to begin. */
const BRINGS_WORK: Readonly<Record<BoardEvent<unknown, unknown>['kind'], boolean>> = {
  ...{ queued: true, stolen: true, shared: true, 'handed-back': true, opened: true },
  ...{ returned: false, 'taken-out': false, finished: false, begun: false, 'handed-out': false, dropped: false },
};

/**
 * Decides when a device begins its next task: tiles one after the other, a few small ones ahead of the compute thread; parts that are
 * no tiles alone. Results are sent while the next task is computed, a bounded number at once.
 */
export class DeviceTurns<
  Task extends DeviceTile<Input>,
  Part extends BoardBlock,
  There extends StripThere,
  Input extends PicturePart,
> {
  readonly #parts: DeviceTurnsParts<Task, Part, There, Input>;
  readonly #emit: (effect: TurnEffect<Task, Part, There, Input>) => void;
  readonly #underWay: TilesUnderWay<ReadyTile<Task, There, Input>>;
  /** Gets tiles ready. */
  readonly starts: TileStarts<Task, There, Input>;
  /** A tile is made ready. */
  #isStarting = false;
  /** Begun; computed when the compute thread has no tile any more. */
  #part: Part | null = null;
  #inFlight = 0;
  #isOver = false;
  /** The device has other work than tasks. */
  #isHeld = false;

  /** @param emit told what to do. */
  constructor(
    parts: DeviceTurnsParts<Task, Part, There, Input>,
    emit: (effect: TurnEffect<Task, Part, There, Input>) => void,
  ) {
    this.#parts = parts;
    this.#emit = emit;
    this.#underWay = new TilesUnderWay(parts.aheadMs);
    this.starts = new TileStarts(parts.starts, (effect, nowMs) => this.#started(effect, nowMs));
  }

  /** True while a task is made ready or computed. */
  get isBusy(): boolean {
    return this.#isStarting || this.#part !== null || this.#underWay.first !== null;
  }

  /** Something has happened on the board. */
  boardChanged(kind: BoardEvent<unknown, unknown>['kind'], nowMs: number): void {
    this.#lookAhead(nowMs);
    if (BRINGS_WORK[kind]) this.look();
  }

  /** There may be a task to begin. */
  look(): void {
    if (!this.#isOver) this.#emit({ kind: 'turn', inMs: 0 });
  }

  /** Begins the next task, if it is time and there is one. */
  turn(nowMs: number): void {
    if (this.#isOver || this.#isHeld || this.#isStarting || this.#part !== null || this.#inFlight >= RESULTS_IN_FLIGHT)
      return;
    const { board, speed } = this.#parts;
    const inMs = this.#underWay.nextInMs(speed.medianTileMs, nowMs);
    if (inMs > 0) {
      if (inMs < Number.POSITIVE_INFINITY) this.#emit({ kind: 'turn', inMs });
      return;
    }
    const task = board.takeNext();
    if (task === null) return;
    if (task.kind === 'tile') {
      this.#isStarting = true;
      this.starts.begin(task, this.#underWay.tiles, nowMs);
    } else {
      this.#part = task;
      this.#runPart();
    }
  }

  /** The compute thread has computed a tile. */
  computed(
    tile: ReadyTile<Task, There, Input>,
    { computeMs, macs }: { computeMs: number; macs: number },
    nowMs: number,
  ) {
    this.#parts.speed.add(macs, computeMs);
    this.#left(tile, nowMs);
  }

  /** A tile could not be computed. */
  failed(tile: ReadyTile<Task, There, Input>, nowMs: number): void {
    this.#left(tile, nowMs);
    this.#parts.board.finished(tile.task);
  }

  /** A part that is no tile has been computed, or given up. */
  partDone(): void {
    this.#part = null;
    this.look();
  }

  /** A result is on its way to the gateway from now on. */
  sends(): void {
    this.#inFlight++;
  }

  /** The gateway has a task's result, or will not get it. */
  sent(task: Task | Part): void {
    this.#inFlight--;
    this.#parts.board.finished(task);
    this.look();
  }

  /** Begins nothing until `release`. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.look();
  }

  /** Begins nothing more. */
  stop(): void {
    this.#isOver = true;
  }

  /** Fetches strips of the next stolen tile while another one is computed. */
  #lookAhead(nowMs: number): void {
    const { tiles } = this.#underWay;
    const next = this.#parts.board.nextStolen;
    if (tiles.length > 0 && next !== null) this.starts.fetchAhead(next, tiles, nowMs);
  }

  #started(effect: StartEffect<Task, There, Input>, nowMs: number): void {
    if (effect.kind === 'compute') {
      this.#isStarting = false;
      this.#underWay.add(effect.tile, nowMs);
      this.#emit(effect);
      this.#lookAhead(nowMs);
      this.look();
    } else {
      if (effect.kind === 'give-up') this.#isStarting = false;
      this.#emit(effect);
      if (effect.kind === 'give-up') this.look();
    }
  }

  #left(tile: ReadyTile<Task, There, Input>, nowMs: number): void {
    this.#underWay.remove(tile, nowMs);
    this.#runPart();
    this.look();
  }

  #runPart(): void {
    if (this.#part !== null && this.#underWay.first === null) this.#emit({ kind: 'run-part', task: this.#part });
  }
}
