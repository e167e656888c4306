import type { PooledStrip } from '../../node/strip-pool.js';
import type { InputPart } from '../../node/wire/task-body.js';
import type { DeviceTurns, TurnEffect } from '../../scheduling/device/device-turns.js';
import type { ReadyTile } from '../../scheduling/device/tile-starts.js';
import type { BlockTask } from '../gang/block-task.js';

import type { EdgeTask } from './edge-task.js';

/** Decides when this device begins its next task. */
export type EdgeTurns = DeviceTurns<EdgeTask, BlockTask, PooledStrip, InputPart>;

/** What this device is to do to compute its tasks. */
export type EdgeEffect = TurnEffect<EdgeTask, BlockTask, PooledStrip, InputPart>;

/** A tile that is ready to be computed here. */
export type EdgeTile = ReadyTile<EdgeTask, PooledStrip, InputPart>;
