import type { ModelSpec } from '../model-spec.js';
import { yoloxS } from './yolox-s.js';

/** An ONNX model that exists as a structure: for measuring, its weights come out of a seed. */
interface SyntheticModel {
  /** The model's file. */
  readonly file: (seed: number) => Uint8Array;
  /** Of `model:` in cluster.yaml, what its outputs' shapes do not tell. */
  readonly spec: Pick<ModelSpec, 'head'>;
}

export const SYNTHETIC_MODELS: ReadonlyMap<string, SyntheticModel> = new Map<string, SyntheticModel>([
  ['yolox-s', { file: yoloxS, spec: { head: 'yolox' } }],
]);
