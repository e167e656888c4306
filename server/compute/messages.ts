import type { EngineOptions, Tensor } from '../engine/inference-engine.js';
import type { ErrorCode } from '../error-codes.js';
import type { FusedDepth } from '../geometry/choose-cut.js';
import type { Bands } from '../geometry/gang/bands.js';
import type { GangPlan, GangPlanName } from '../geometry/gang/gang-plan.js';
import type { Grid } from '../geometry/grid.js';
import type { ModelSpec } from '../model-files/model-spec.js';
import type { BlockRun, StripValues } from './gang/block-executor.js';
import type { HeapUse } from './heap-use.js';
import type { OffersMessage } from './offers-message.js';
import type { TileJob } from './tile-executor.js';

/** What a compute thread computes: on a device the part before the cut, on the gateway what remains. */
export interface ComputeStage {
  readonly kind: 'fused' | 'remaining';
  readonly depth: FusedDepth;
  readonly grid: Grid;
  /** Absent where no frame is computed by a gang. */
  readonly gang?: ComputeGang;
  /** The gateway computes whole frames only: the whole graph is loaded at start. */
  readonly isAlone?: boolean;
}

export interface ComputeGang {
  /** Of the gang plan. */
  readonly ends: GangPlan['ends'];
  /** Loads the gang's part at start, and that of tiles when the first one comes; the other way round where it is false. */
  readonly isFirst: boolean;
  /** Blocks are computed beside the remaining layers: the thread is a gateway's that helps gangs. */
  readonly helps?: boolean;
}

export interface ComputeSetup {
  readonly model: ModelSpec;
  readonly engine: EngineOptions & { readonly name: string };
  readonly stage: ComputeStage;
}

/** The next stage of a member's part of a frame. */
export interface BlockJob {
  readonly plan: GangPlanName;
  /** Names the frame and its attempt. */
  readonly key: string;
  readonly bands: Bands;
  readonly member: number;
  /** With the first stage: bytes of the member's part of the letterboxed picture, `[3, height, width]`; else null. */
  readonly input: Uint8Array | null;
  /** What came of the other members since the stage before. */
  readonly strips: readonly StripValues[];
  /** With the last stage: the score that boxes exceed, which the member decodes from its blocks; null where it hands these over. */
  readonly boxesAbove: number | null;
}

/** The plan whose remaining layers are meant: that of tiles, or of gangs. */
export type RemainingOf = 'tiles' | 'blocks';

export type TileMessage = Omit<TileJob, 'offers'> & { readonly offers: OffersMessage };

export type ComputeRequest =
  | { readonly id: number; readonly kind: 'tile'; readonly job: TileMessage }
  | { readonly id: number; readonly kind: 'block'; readonly job: BlockJob }
  /** Frees what there is of a frame whose last stage has not run. */
  | { readonly id: number; readonly kind: 'drop-block'; readonly key: string }
  | {
      readonly id: number;
      readonly kind: 'remaining';
      readonly of: RemainingOf;
      readonly maps: readonly Float32Array[];
    }
  | { readonly id: number; readonly kind: 'whole'; readonly input: Uint8Array };

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
  readonly block: BlockRun & {
    /** After the last stage, where boxes were asked for and the blocks are finite: as `packCandidates` has them. */
    readonly boxes: Float64Array | null;
  };
  readonly 'drop-block': object;
  readonly remaining: { readonly outputs: GraphOutputs };
  readonly whole: { readonly outputs: GraphOutputs };
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
