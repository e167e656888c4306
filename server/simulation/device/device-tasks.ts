import type { DeviceTile, PicturePart } from '../../scheduling/device/device-tile.js';
import type { TaskBoard } from '../../scheduling/device/task-board.js';
import type { BlockTask } from '../gang/block-computing.js';

/** What came with a tile of the picture: its region, without values. */
export type TileInput = PicturePart;

/** A tile as one simulated device has it. */
export type TileTask = DeviceTile<TileInput>;

export type DeviceBoard = TaskBoard<TileTask, BlockTask>;
