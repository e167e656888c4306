import type { TaskBoard } from '../../scheduling/device/task-board.js';
import type { BlockTask } from '../gang/block-task.js';
import type { EdgeTask } from './edge-task.js';

/** A tile, or the block of a frame that a member of a gang computes. */
export type BoardTask = EdgeTask | BlockTask;

/** Every task that this device has, with what came with it. */
export type EdgeBoard = TaskBoard<EdgeTask, BlockTask>;
