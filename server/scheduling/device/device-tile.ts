import type { Region } from '../../geometry/region.js';
import type { Holder, Reuse } from '../reuse/tile-reuse.js';
import type { StrategyName } from '../strategies/strategy.js';
import type { BoardTile } from './board-task.js';

/** A part of a frame's picture, as a node has it: with its values, or in a simulation without. */
export interface PicturePart {
  readonly region: Region;
}

/** A tile as one device has it. */
export interface DeviceTile<Input extends PicturePart> extends BoardTile, TileWay {
  readonly source: string;
  readonly strategy: StrategyName;
  /** The part of the picture that came with it; null: it is cut from this device's own picture of the frame. */
  readonly input: Input | null;
  /** What the device that handed it out knew of its neighbours. */
  readonly reuse: Reuse;
}

/** How a tile came to a device. */
export interface TileWay {
  /** Body that carried it here; 0 for a tile of this device's own frame. */
  readonly inputBytes: number;
  /** Bodies of what was said to get it here. */
  readonly controlBytes: number;
  readonly transferMs: number;
  readonly arrivedMs: number;
  /** The device that it was stolen from, to hand it back; null when it was not. */
  readonly victim: Holder | null;
}

/** The way of a tile that was not stolen: this device's own, or pushed by the gateway in a body of so many bytes. */
export function givenWay(arrivedMs: number, inputBytes = 0): TileWay {
  return { inputBytes, controlBytes: 0, transferMs: 0, arrivedMs, victim: null };
}
