import type { HeadName } from '../heads/head-family.js';
import type { InputSettings } from '../heads/input-settings.js';

/** An ONNX file, and what is not to be derived from it. */
export interface OnnxSpec {
  /** Absolute path. */
  readonly onnx: string;
  /** Of a built-in model; a file is called as it is. */
  readonly name?: string | undefined;
  /** Class names in the head's order. */
  readonly labels?: readonly string[] | undefined;
  /** Where the outputs' shapes do not tell. */
  readonly head?: HeadName | undefined;
  /** What differs from what the head's family usually has. */
  readonly input?: Partial<InputSettings> | undefined;
  /** Pixels, where the file leaves them open. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}
