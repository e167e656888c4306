import type { Grid } from '../geometry/grid.js';
import type { MapShape } from '../geometry/region.js';
import type { ModelSpec } from '../model/model-source.js';
import type { KeptStrip, TileJob } from './tile-executor.js';

/** What a compute thread is to load: a device the fused stack, the gateway what remains. */
export type ComputeStage =
  | { readonly kind: 'fused'; readonly depth: number; readonly grid: Grid }
  | { readonly kind: 'remaining'; readonly depth: number };

export interface ComputeSetup {
  readonly model: ModelSpec;
  readonly engine: { readonly name: string; readonly threads: number };
  readonly stage: ComputeStage;
}

export type ComputeRequest =
  | { readonly id: number; readonly kind: 'tile'; readonly job: TileJob }
  | { readonly id: number; readonly kind: 'remaining'; readonly map: Float32Array };

/** Ends the thread, between two calls of the engine: within one, a native library would be cut off. */
export interface ComputeClose {
  readonly kind: 'close';
}

/** What a finished request gives: values, their shape and the time it took. */
export interface ComputeResult {
  readonly data: Float32Array;
  readonly shape: MapShape;
  readonly computeMs: number;
}

export interface TileResult extends ComputeResult {
  readonly kept: readonly KeptStrip[];
  /** Multiply-accumulates executed. */
  readonly macs: number;
}

export interface ComputeFailure {
  readonly code: string;
  readonly message: string;
}

export interface ComputeReady {
  /** Digest of structure and weights. */
  readonly modelDigest: string;
  readonly engine: { readonly name: string; readonly version: string; readonly threads: number };
}

export type ComputeReply =
  | ({ readonly kind: 'ready' } & ComputeReady)
  | ({ readonly kind: 'unusable' } & ComputeFailure)
  | { readonly kind: 'done'; readonly id: number; readonly result: ComputeResult | TileResult }
  | ({ readonly kind: 'failed'; readonly id: number } & ComputeFailure);
