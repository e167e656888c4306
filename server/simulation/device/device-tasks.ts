import type { BoardSlice } from '../../scheduling/device/board-task.js';
import type { DeviceTile, PicturePart } from '../../scheduling/device/device-tile.js';
import type { TaskBoard } from '../../scheduling/device/task-board.js';
import type { SliceWork } from '../gateway/layer-turns.js';

/** What came with a tile of the picture: its region, without values. */
export type TileInput = PicturePart;

/** A tile as one simulated device has it. */
export type TileTask = DeviceTile<TileInput>;

/** One layer of a slice as one simulated device has it. */
export interface SliceTask extends BoardSlice {
  readonly work: SliceWork;
  readonly taskBytes: number;
  readonly arrivedMs: number;
}

export type DeviceBoard = TaskBoard<TileTask, SliceTask>;
