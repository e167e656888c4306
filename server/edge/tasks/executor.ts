import { performance } from 'node:perf_hooks';
import type { BlockRunner } from '../gang/block-runner.js';
import type { BlockTask } from '../gang/block-task.js';
import type { EdgeBoard } from './edge-board.js';
import type { EdgeTask } from './edge-task.js';
import type { EdgeEffect, EdgeTurns } from './edge-turns.js';
import type { TilePreparer } from './tile-preparer.js';
import type { TileRunner } from './tile-runner.js';

export interface ExecutorParts {
  readonly board: EdgeBoard;
  readonly turns: EdgeTurns;
  readonly preparer: TilePreparer;
  readonly tiles: TileRunner;
  readonly blocks: BlockRunner;
}

/** Carries out what `DeviceTurns` decides: computes this device's tasks. */
export class Executor {
  readonly #parts: ExecutorParts;
  readonly #stop = new AbortController();
  /** Of the next turn, where it is not due at once. */
  #timer: NodeJS.Timeout | undefined;
  #isTurnDue = false;

  constructor(parts: ExecutorParts) {
    this.#parts = parts;
  }

  start(): void {
    const { board, turns } = this.#parts;
    board.onChange(({ kind }) => turns.boardChanged(kind, performance.now()));
    turns.look();
  }

  /** Begins nothing more. */
  stop(): void {
    this.#stop.abort();
    this.#parts.turns.stop();
    clearTimeout(this.#timer);
  }

  carryOut(effect: EdgeEffect): void {
    const { preparer, tiles, turns } = this.#parts;
    switch (effect.kind) {
      case 'turn':
        this.#turnIn(effect.inMs);
        return;
      case 'fetch-strips': {
        const { task, wanted } = effect;
        void preparer.fetchStrips(task, wanted).then((strips) => {
          turns.starts.stripsCame(task, strips, performance.now());
        });
        return;
      }
      case 'fetch-input': {
        const { region, task } = effect;
        void preparer.fetchInput(task, region).then((input) => {
          turns.starts.inputCame(task, input, performance.now());
        });
        return;
      }
      case 'compute':
        void tiles.run(effect.tile, this.#stop.signal);
        return;
      case 'give-up':
        void this.#giveUp(effect.task, effect.why);
        return;
      case 'run-part':
        void this.#runPart(effect.task);
        return;
    }
  }

  /** In place of an earlier one that is not due yet. */
  #turnIn(ms: number): void {
    clearTimeout(this.#timer);
    if (ms > 0) this.#timer = setTimeout(() => this.#parts.turns.turn(performance.now()), ms);
    else if (!this.#isTurnDue) {
      this.#isTurnDue = true;
      queueMicrotask(() => {
        this.#isTurnDue = false;
        this.#parts.turns.turn(performance.now());
      });
    }
  }

  async #giveUp(task: EdgeTask, why: 'ended' | 'no-input' | Error): Promise<void> {
    await this.#parts.tiles.giveUp(task, why, this.#stop.signal);
    this.#parts.board.finished(task);
  }

  async #runPart(task: BlockTask): Promise<void> {
    const { blocks, turns } = this.#parts;
    const { signal } = this.#stop;
    await blocks.run(task, signal);
    turns.partDone();
  }
}
