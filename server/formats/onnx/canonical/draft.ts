import { DeepThingsError } from '../../../errors.js';
import type { Attribute, GraphConstant, TensorShape } from '../../../graph/graph.js';
import { integersIn } from '../../../graph/integers.js';
import type { OnnxAttribute, OnnxNode } from '../file/onnx-model.js';
import { describe } from '../file/structure.js';

/** A node between the form that the file has and operator set 17's. */
export type Draft = OnnxNode;

/** The graph as far as it is there when a node's turn comes. */
export interface Surroundings {
  /** The file's version of ONNX's operators. */
  readonly opset: number;
  /** @throws TypeError when there is no such value yet: nodes come in topological order. */
  shapeOf(name: string): TensorShape;
  constantOf(name: string): GraphConstant | undefined;
  /** @returns the name that the constant got, made of `hint`. */
  add(hint: string, constant: GraphConstant): string;
}

/** Rewrites a node; several nodes come in topological order. */
export type Rewrite = (draft: Draft, around: Surroundings) => Draft | readonly Draft[];

/** Returns the error for a node that is not supported in its form. */
export function operatorError(draft: Draft, fact: string): DeepThingsError {
  return new DeepThingsError('DT_ONNX_OPERATOR', `${describe(draft)} ${fact}`);
}

export function attributeOf<K extends 'float' | 'floats' | 'integer' | 'integers' | 'text' | 'tensor'>(
  { attributes }: Draft,
  name: string,
  kind: K,
): Extract<OnnxAttribute, Record<K, unknown>>[K] | undefined {
  const attribute = attributes[name];
  if (attribute === undefined || !(kind in attribute)) return undefined;
  return (attribute as Record<K, unknown>)[kind] as Extract<OnnxAttribute, Record<K, unknown>>[K];
}

/** A copy with some attributes set, and those removed that are undefined. */
export function withAttributes(draft: Draft, changes: Readonly<Record<string, Attribute | undefined>>): Draft {
  const merged = Object.entries({ ...draft.attributes, ...changes });
  return { ...draft, attributes: Object.fromEntries(merged.filter((e): e is [string, OnnxAttribute] => !!e[1])) };
}

/** A copy with inputs from `first` on replaced; an attribute of the same meaning goes. */
export function withInputs(draft: Draft, first: number, inputs: readonly string[], ...gone: readonly string[]): Draft {
  const kept = Array.from({ length: first }, (_, i) => draft.inputs[i] ?? '');
  const removed = Object.fromEntries(gone.map((name) => [name, undefined]));
  return withAttributes({ ...draft, inputs: [...kept, ...inputs] }, removed);
}

export function int64Constant(integers: readonly number[]): GraphConstant {
  const bytes = new Uint8Array(BigInt64Array.from(integers, (integer) => BigInt.asIntN(64, clamped(integer))).buffer);
  return { type: 'int64', shape: [integers.length], bytes };
}

/** Integers at the ends of the range stand for "to the end"; as numbers they are rounded up. */
function clamped(integer: number): bigint {
  const most = 2n ** 63n - 1n;
  return BigInt(integer) > most ? most : BigInt(integer);
}

/** @param shape of a vector unless it is given; [] for a scalar. */
export function float32Constant(floats: readonly number[], shape: readonly number[] = [floats.length]): GraphConstant {
  return { type: 'float32', shape, bytes: new Uint8Array(Float32Array.from(floats).buffer) };
}

/** The integers of an input that the operator needs to be constant. @throws DT_ONNX_OPERATOR when it is computed. */
export function constantIntegers(draft: Draft, index: number, around: Surroundings): readonly number[] | undefined {
  const constant = constantInput(draft, index, around);
  return constant && integersIn(constant);
}

export function constantFloats(draft: Draft, index: number, around: Surroundings): readonly number[] | undefined {
  const constant = constantInput(draft, index, around);
  return constant && [...new Float32Array(constant.bytes.slice().buffer)];
}

/** undefined when it is left out or empty. */
function constantInput(draft: Draft, index: number, around: Surroundings): GraphConstant | undefined {
  const name = draft.inputs[index] ?? '';
  if (name === '') return undefined;
  const constant = around.constantOf(name);
  if (constant === undefined) {
    throw operatorError(
      draft,
      `computes its input ${index} (${name}) from the picture; export the model with fixed sizes`,
    );
  }
  return constant.bytes.byteLength === 0 ? undefined : constant;
}
