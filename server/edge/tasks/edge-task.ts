import type { InputPart } from '../../node/wire/task-body.js';
import type { DeviceTile } from '../../scheduling/device/device-tile.js';

/** A tile as an edge device has it. */
export interface EdgeTask extends DeviceTile<InputPart> {
  readonly inputDigest: string;
}
