import type { BlockTaskBody } from '../../node/wire/block-body.js';

/** A member's part of a frame, as its device has it. */
export interface BlockTask extends BlockTaskBody {
  readonly kind: 'block';
  /** The member, as every task of the board has it. */
  readonly tile: number;
  /** Body that carried it here. */
  readonly taskBytes: number;
  readonly arrivedMs: number;
}
