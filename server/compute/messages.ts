import type { EngineOptions, Tensor } from '../engine/inference-engine.js';
import type { ErrorCode } from '../error-codes.js';
import type { FusedDepth } from '../geometry/choose-cut.js';
import type { Grid } from '../geometry/grid.js';
import type { Padding, Region } from '../geometry/region.js';
import type { ModelSpec } from '../model-files/model-spec.js';
import type { HeapUse } from './heap-use.js';
import type { OffersMessage } from './offers-message.js';
import type { TileJob } from './tile-executor.js';

/** What a compute thread is to load: a device the fused stack, the gateway what remains. */
export type ComputeStage =
  | { readonly kind: 'fused'; readonly depth: FusedDepth; readonly grid: Grid }
  | { readonly kind: 'remaining'; readonly depth: FusedDepth; readonly grid: Grid };

export interface ComputeSetup {
  readonly model: ModelSpec;
  readonly engine: EngineOptions & { readonly name: string };
  readonly stage: ComputeStage;
}

/** Rows of a map, with their values. */
export interface LayerPiece {
  readonly region: Region;
  /** `[channels, height, width]`: bytes of the letterboxed picture for layer 0, values else. */
  readonly data: Uint8Array | Float32Array;
}

/** A slice of one fused layer to run: what it needs of map `layer`, in pieces. */
export interface LayerJob {
  readonly layer: number;
  /** On map `layer`; `sliceStep` of a BODP plan tells it and the padding. */
  readonly input: Region;
  readonly padding: Padding;
  /** Rows that cover `input` together; they may reach beyond it and lie over one another. */
  readonly pieces: readonly LayerPiece[];
}

export type TileMessage = Omit<TileJob, 'offers'> & { readonly offers: OffersMessage };

export type ComputeRequest =
  | { readonly id: number; readonly kind: 'tile'; readonly job: TileMessage }
  | { readonly id: number; readonly kind: 'layer'; readonly job: LayerJob }
  | { readonly id: number; readonly kind: 'remaining'; readonly maps: readonly Float32Array[] };

/** Ends the thread, between two calls of the engine: within one, a native library would be cut off. */
export interface ComputeClose {
  readonly kind: 'close';
}

/** Outputs of a graph, each under its name. */
export type GraphOutputs = readonly (Tensor & { readonly name: string })[];

/** What a finished request gives. */
export interface ComputeResults {
  /** By output of the plan: the tile's share of that map, `[channels, height, width]`; multiply-accumulates executed. */
  readonly tile: { readonly outputs: readonly Float32Array[]; readonly macs: number };
  /** `[channels, height, width]` */
  readonly layer: { readonly data: Float32Array };
  readonly remaining: { readonly outputs: GraphOutputs };
}

/** A result of one kind, and the time it took. */
export type ComputeResult<Kind extends keyof ComputeResults = keyof ComputeResults> = ComputeResults[Kind] & {
  readonly computeMs: number;
};

export interface ComputeFailure {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Which engine runs; `backend` where its library has several. */
export interface EngineFacts {
  readonly name: string;
  readonly version: string;
  readonly threads: number;
  readonly backend?: string;
}

export interface ComputeReady {
  /** Digest of structure and weights. */
  readonly modelDigest: string;
  readonly engine: EngineFacts;
  /** What whoever runs the node ought to know of the engine. */
  readonly remark: string | null;
  /** As the system numbers it; null where it does not. */
  readonly thread: number | null;
}

export type ComputeAnswer =
  | ({ readonly kind: 'ready' } & ComputeReady)
  | ({ readonly kind: 'unusable' } & ComputeFailure)
  | { readonly kind: 'done'; readonly id: number; readonly result: ComputeResult }
  | ({ readonly kind: 'failed'; readonly id: number } & ComputeFailure);

/** An answer, with the memory of the thread as of then. */
export type ComputeReply = ComputeAnswer & { readonly heap: HeapUse };
