import type { TaskKey } from '../scheduling/task-queue.js';

/** A task as one device has it. */
export interface EdgeTask extends TaskKey {
  readonly source: string;
  readonly inputDigest: string;
  /** Bytes of the tile's region, `[3, height, width]`; null: cut from this device's own picture of the frame. */
  readonly input: Uint8Array | null;
  /** Body that carried it here; 0 for a tile of this device's own frame. */
  readonly inputBytes: number;
  readonly transferMs: number;
  readonly arrivedMs: number;
  /** Who it was stolen from, to hand it back; null when it was not. */
  readonly victim: { readonly device: string; readonly address: string } | null;
}
