import type { SliceTaskBody } from '../../node/wire/slice-body.js';

/** One layer of one slice, as its device has it (MoDNN). */
export interface SliceTask extends SliceTaskBody {
  readonly kind: 'slice';
  /** The slice, as every task of the board has it. */
  readonly tile: number;
  /** Body that carried it here. */
  readonly taskBytes: number;
  readonly arrivedMs: number;
}
