import { sameTile, type TaskKey } from '../task-key.js';

/** A tile as one device has it. */
export interface BoardTile extends TaskKey {
  readonly kind: 'tile';
}

/** One layer of a slice as its device has it (MoDNN). */
export interface BoardSlice extends TaskKey {
  readonly kind: 'slice';
  readonly layer: number;
}

/** A member's part of a frame as its device has it. */
export interface BoardBlock extends TaskKey {
  readonly kind: 'block';
}

/** A part of a frame that is cut anew with each attempt, and that its device keeps. */
export type BoardPart = BoardSlice | BoardBlock;

/** Returns whether a stolen task is an earlier attempt of a tile. */
export function isOvertaken(stolen: TaskKey, task: TaskKey): boolean {
  return sameTile(stolen, task) && stolen.attempt < task.attempt;
}

/** The layer of a slice. */
export function layerOf(task: BoardTile | BoardPart): number | undefined {
  return task.kind === 'slice' ? task.layer : undefined;
}

/** Returns whether a task is of an earlier generation, or a block of an earlier attempt in this one. */
export function isBefore(task: BoardTile | BoardPart, generation: number, attempt: number): boolean {
  if (task.generation !== generation) return task.generation < generation;
  return task.kind === 'block' && task.attempt < attempt;
}
