import type { TaskBoard } from '../../scheduling/device/task-board.js';
import type { EdgeTask } from './edge-task.js';
import type { SliceTask } from './slice-task.js';

/** What a device computes: a tile, or with MoDNN one layer of its slice. */
export type BoardTask = EdgeTask | SliceTask;

/** Every task that this device has, with what came with it. */
export type EdgeBoard = TaskBoard<EdgeTask, SliceTask>;
