import type { TaskBoard } from '../../scheduling/device/task-board.js';
import type { BlockTask } from '../gang/block-task.js';
import type { EdgeTask } from './edge-task.js';

/** What a device computes: a tile, or its block of a frame. */
export type BoardTask = EdgeTask | BlockTask;

/** Every task that this device has, with what came with it. */
export type EdgeBoard = TaskBoard<EdgeTask, BlockTask>;
