/** The identity of one task wherever it is. */
export interface TaskKey {
  readonly frame: string;
  readonly tile: number;
  /** The fencing token of its frame: what names an older one than the frame's is void. Counts from 1. */
  readonly generation: number;
  /** Orders what was given out of one frame. No two devices get a tile with the same attempt. */
  readonly attempt: number;
}

/** A tile, whoever computes it. */
export type TileKey = Pick<TaskKey, 'frame' | 'tile'>;

export function sameTile(a: TileKey, b: TileKey): boolean {
  return a.frame === b.frame && a.tile === b.tile;
}

/** The contract's largest attempt. The lives of a gateway after so many attempts share theirs. */
export const LARGEST_ATTEMPT = 1_000;
