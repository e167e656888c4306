import type { TaskKey } from '../task-key.js';

/** A tile that a device has computed, and what it took. */
export interface ComputedTile extends TaskKey {
  readonly device: string;
  /** From having the task to starting it. */
  readonly waitMs: number;
  /** From asking the victim for the task to having it; 0 for a local one. */
  readonly transferMs: number;
  /** From starting it to having the strips of its neighbours that it uses. */
  readonly overlapMs: number;
  readonly computeMs: number;
  /** Body that carried the task; 0 for a local one. */
  readonly inputBytes: number;
  /** Strips that came from other devices. */
  readonly overlapBytes: number;
  /** Bodies of what was said to get and to finish it. */
  readonly controlBytes: number;
  /** Multiply-accumulates executed. */
  readonly macs: number;
}
