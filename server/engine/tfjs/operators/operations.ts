import type { LoadOperation } from '../operation.js';
import type { TfjsOperator } from '../tfjs-lacks.js';
import { CELLWISE } from './cellwise.js';
import { conv, convTranspose } from './convolutions.js';
import { gemm, matMul } from './matrices.js';
import { concat, depthToSpace, gather, pad, slice, spaceToDepth, split } from './parts.js';
import { averagePool, maxPool } from './pools.js';
import { REDUCTIONS } from './reductions.js';
import { resize } from './resize.js';
import { SHAPES } from './shapes.js';

/** By operator; `tfjs-lacks.ts` says of which nodes they are no good. */
export const OPERATIONS: Readonly<Record<TfjsOperator, LoadOperation>> = {
  ...CELLWISE,
  ...REDUCTIONS,
  ...SHAPES,
  AveragePool: averagePool,
  Concat: concat,
  Conv: conv,
  ConvTranspose: convTranspose,
  DepthToSpace: depthToSpace,
  Gather: gather,
  Gemm: gemm,
  MatMul: matMul,
  MaxPool: maxPool,
  Pad: pad,
  Resize: resize,
  Slice: slice,
  SpaceToDepth: spaceToDepth,
  Split: split,
};
