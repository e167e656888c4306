import { sameTile, type TaskKey } from '../task-key.js';

/** A tile as one device has it. */
export interface BoardTile extends TaskKey {
  readonly kind: 'tile';
}

/** A member's part of a frame as its device has it. Cut again with each attempt; its device keeps it. */
export interface BoardBlock extends TaskKey {
  readonly kind: 'block';
}

/** Returns whether a stolen task is an earlier attempt of a tile. */
export function isOvertaken(stolen: TaskKey, task: TaskKey): boolean {
  return sameTile(stolen, task) && stolen.attempt < task.attempt;
}

/** Returns whether a task is of an earlier generation, or a block of an earlier attempt in this one. */
export function isBefore(task: BoardTile | BoardBlock, generation: number, attempt: number): boolean {
  if (task.generation !== generation) return task.generation < generation;
  return task.kind === 'block' && task.attempt < attempt;
}
