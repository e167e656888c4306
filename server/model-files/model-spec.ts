import type { HeadName } from '../heads/head-family.js';
import type { InputSettings } from '../heads/input-settings.js';
import type { ModelSpec as DarknetSpec } from '../model/model-source.js';

/** Which model to use; paths are absolute. */
export interface ModelSpec extends DarknetSpec {
  /** Path of an ONNX file. */
  readonly onnx?: string | undefined;
  /** Of an ONNX file, where its outputs' shapes do not tell. */
  readonly head?: HeadName | undefined;
  /** Of an ONNX file, what differs from what its head's family usually has. */
  readonly input?: Partial<InputSettings> | undefined;
}
