import type { Attribute } from '../../../graph/graph.js';

/** A model file as it stands in the file: nothing is interpreted yet. */
export interface OnnxModel {
  readonly irVersion: number;
  /** Versions of operator sets by domain; '' is ONNX itself. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly metadata: ReadonlyMap<string, string>;
  readonly graph: OnnxGraph;
}

export interface OnnxGraph {
  readonly name: string;
  /** In topological order. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  /** Without the initializers that old files list as inputs too. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** What the file says of values between nodes. */
  readonly values: ReadonlyMap<string, OnnxValue>;
}

export interface OnnxNode {
  /** Unique: the file's name, or the operator and the place. */
  readonly name: string;
  /** Of ONNX itself. */
  readonly operator: string;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export type OnnxAttribute =
  | Attribute
  | { readonly texts: readonly string[] }
  | { readonly tensor: OnnxTensor }
  | { readonly unsupported: string };

export interface OnnxTensor {
  readonly name: string;
  /** `TensorProto.DataType` */
  readonly dataType: number;
  readonly dims: readonly number[];
  readonly data: OnnxData;
}

/** The three places where a tensor has its elements. Bytes are views of the file. */
export type OnnxData =
  | { readonly kind: 'raw'; readonly bytes: Uint8Array }
  /** One packed list of fixed-size or variable-length numbers, or several, as the field of the data type has them. */
  | { readonly kind: 'field'; readonly field: number; readonly parts: readonly Uint8Array[] }
  | { readonly kind: 'external'; readonly place: ExternalPlace };

/** A part of another file. */
export interface ExternalPlace {
  /** Relative to the folder of the model's file. */
  readonly location: string;
  readonly offset: number;
  /** null: to the end of the file. */
  readonly length: number | null;
}

/** A graph's input, output or inner value; null: the file says nothing of its shape. */
export interface OnnxValue {
  readonly name: string;
  /** `TensorProto.DataType`; 0 when it is no tensor or unknown. */
  readonly dataType: number;
  /** A dimension that is a name, or '' when it has none, is not fixed. */
  readonly dims: readonly (number | string)[] | null;
}
