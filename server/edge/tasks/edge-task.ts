import type { InputPart } from '../../node/wire/task-body.js';
import type { Reuse } from '../../scheduling/reuse/tile-reuse.js';
import type { StrategyName } from '../../scheduling/strategies/strategy.js';
import type { TaskKey } from '../../scheduling/task-key.js';

/** A tile as one device has it. */
export interface EdgeTask extends TaskKey {
  readonly kind: 'tile';
  readonly source: string;
  readonly strategy: StrategyName;
  readonly inputDigest: string;
  /** What came with it; null: cut from this device's own picture of the frame. */
  readonly input: InputPart | null;
  /** What whoever handed it out knew of its neighbours. */
  readonly reuse: Reuse;
  /** Body that carried it here; 0 for a tile of this device's own frame. */
  readonly inputBytes: number;
  /** Bodies of what was said to get it here. */
  readonly controlBytes: number;
  readonly transferMs: number;
  readonly arrivedMs: number;
  /** Who it was stolen from, to hand it back; null when it was not. */
  readonly victim: { readonly device: string; readonly address: string } | null;
}
