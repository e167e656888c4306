import type { SliceTaskBody } from '../../node/wire/slice-body.js';
import type { TaskBoard } from '../../scheduling/device/task-board.js';
import type { BlockTask } from '../gang/block-task.js';
import type { EdgeTask } from './edge-task.js';

/** One layer of one slice, as its device has it (MoDNN). */
export interface SliceTask extends SliceTaskBody {
  readonly kind: 'slice';
  /** The slice, as every task of the board has it. */
  readonly tile: number;
  /** Body that carried it here. */
  readonly taskBytes: number;
  readonly arrivedMs: number;
}

/** What a device computes: a tile, its block of a frame, or with MoDNN one layer of its slice. */
export type BoardTask = EdgeTask | SliceTask | BlockTask;

/** Every task that this device has, with what came with it. */
export type EdgeBoard = TaskBoard<EdgeTask, SliceTask | BlockTask>;
