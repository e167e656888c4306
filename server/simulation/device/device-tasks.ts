import type { Region } from '../../geometry/region.js';
import type { BoardSlice, BoardTile } from '../../scheduling/device/board-task.js';
import type { TaskBoard } from '../../scheduling/device/task-board.js';
import type { Reuse } from '../../scheduling/reuse/tile-reuse.js';
import type { SliceWork } from '../gateway/layer-turns.js';

/** A tile as one simulated device has it. */
export interface TileTask extends BoardTile {
  readonly source: string;
  /** What came with it of the picture; null: cut from this device's own. */
  readonly input: Region | null;
  readonly reuse: Reuse;
  readonly inputBytes: number;
  readonly controlBytes: number;
  readonly transferMs: number;
  readonly arrivedMs: number;
  readonly victim: { readonly device: string; readonly address: string } | null;
}

/** One layer of a slice as one simulated device has it. */
export interface SliceTask extends BoardSlice {
  readonly work: SliceWork;
  readonly taskBytes: number;
  readonly arrivedMs: number;
}

export type DeviceBoard = TaskBoard<TileTask, SliceTask>;
