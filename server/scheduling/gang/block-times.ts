/** Times of one gang stage on a member. */
export interface StageTime {
  /** Waiting for strips of other members before the stage. */
  readonly stripsMs: number;
  readonly computeMs: number;
}

/** Times of a member's part of one frame. */
export interface BlockTimes {
  /** From starting the block to having its part of the letterboxed picture. */
  readonly prepareMs: number;
  /** By gang stage. */
  readonly stages: readonly StageTime[];
  /** From starting the block to the end of its last stage. */
  readonly totalMs: number;
}
