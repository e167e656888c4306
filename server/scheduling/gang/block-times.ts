import type { GangPlanName } from '../../geometry/gang/gang-plan.js';

/** A body of strips that a member sent another one. */
export interface SentStrips {
  /** The member that the body went to. */
  readonly to: number;
  readonly bytes: number;
}

/** Times of one gang stage on a member. */
export interface StageTime {
  /** Waiting for strips of other members before the stage. */
  readonly stripsMs: number;
  /** From starting the block to having the strips of the stage. */
  readonly beganMs: number;
  /** From starting the block to having what the stage computes. */
  readonly endedMs: number;
  /** The engine's time within the stage. */
  readonly computeMs: number;
  /** Bodies sent after the stage. */
  readonly sent: readonly SentStrips[];
}

/** Times of a member's part of one frame. */
export interface BlockTimes {
  /** From starting the block to having its part of the letterboxed picture. */
  readonly prepareMs: number;
  /** By gang stage. */
  readonly stages: readonly StageTime[];
  /** From starting the block to the end of its last stage. */
  readonly totalMs: number;
  /** From the end of its last stage to having its result ready: neighbours have taken all strips. */
  readonly afterMs: number;
}

/** Names a block of a frame. */
export interface BlockKey {
  readonly frame: string;
  /** The number of the block, and of the device that computes it, in its gang. */
  readonly member: number;
  readonly generation: number;
  readonly attempt: number;
}

/** What a member's part of one frame took. */
export interface BlockCosts extends BlockTimes {
  /** From having the task to starting it. */
  readonly waitMs: number;
  readonly computeMs: number;
  /** Bodies of strips that came. */
  readonly overlapBytes: number;
  /** Multiply-accumulates executed. */
  readonly macs: number;
}

/** A block that a member has computed. */
export interface ComputedBlock extends BlockKey, BlockCosts {
  readonly device: string;
  /** The plan that the block is of. */
  readonly gang: GangPlanName;
  /** Body that carried the task. */
  readonly taskBytes: number;
}
