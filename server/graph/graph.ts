/** Element types of tensors that graphs have; feature maps are `float32`. */
export type ElementType = 'float32' | 'int64' | 'int32' | 'uint8' | 'bool';

/** A tensor without its elements. Feature maps are `[1, channels, height, width]`. */
export interface TensorShape {
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/** A tensor whose elements are known before the graph runs, such as weights. */
export interface GraphConstant extends TensorShape {
  /** Little-endian, row-major. A view: several constants may share one buffer. */
  readonly bytes: Uint8Array;
}

/** An attribute of a node, with the type that ONNX has for it. */
export type Attribute =
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly integer: number }
  | { readonly integers: readonly number[] }
  | { readonly text: string };

/**
 * One operation. Operators, their inputs and their attributes are those of ONNX's operator set 17
 * (https://github.com/onnx/onnx/blob/main/docs/Operators.md), whatever file a graph comes from.
 */
export interface GraphNode {
  /** Unique in its graph, for messages: as the file has it, else made of the operator and the place. */
  readonly name: string;
  /** For instance `Conv`. */
  readonly operator: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** Names of values and constants, in the operator's order; '' for an optional input that is left out. */
  readonly inputs: readonly string[];
  /** Names of values. */
  readonly outputs: readonly string[];
  /** The nodes that it stands for, in topological order; see `joinRearrangements`. */
  readonly parts?: readonly GraphNode[];
}

/** Operator of a node that stands for several, which move the numbers of whole maps by way of values that are no maps. */
export const REARRANGE = 'Rearrange';

/**
 * A network's structure and constants: a directed acyclic graph of operations on values. A chain is a graph. Plain data; see
 * `checkGraph` for what always holds.
 */
export interface Graph {
  /** For messages. */
  readonly name: string;
  /** The first is the picture, `[1, 3, height, width]`. */
  readonly inputs: readonly string[];
  /** The values that heads decode. */
  readonly outputs: readonly string[];
  /** In topological order: a node comes after those whose outputs it reads. */
  readonly nodes: readonly GraphNode[];
  /** Of every input of the graph and every output of a node, by name. */
  readonly values: ReadonlyMap<string, TensorShape>;
  readonly constants: ReadonlyMap<string, GraphConstant>;
}

/** A 32-bit float attribute, or `otherwise` when the node does not have it. */
export function floatOf({ attributes }: GraphNode, name: string, otherwise: number): number {
  const attribute = attributes[name];
  return attribute !== undefined && 'float' in attribute ? attribute.float : otherwise;
}

/** An integer attribute, or `otherwise` when the node does not have it. */
export function integerOf({ attributes }: GraphNode, name: string, otherwise: number): number {
  const attribute = attributes[name];
  return attribute !== undefined && 'integer' in attribute ? attribute.integer : otherwise;
}

/** A list of integers, or `otherwise` when the node does not have it. */
export function integersOf({ attributes }: GraphNode, name: string, otherwise: readonly number[]): readonly number[] {
  const attribute = attributes[name];
  return attribute !== undefined && 'integers' in attribute ? attribute.integers : otherwise;
}

/** A text attribute, or `otherwise` when the node does not have it. */
export function textOf({ attributes }: GraphNode, name: string, otherwise: string): string {
  const attribute = attributes[name];
  return attribute !== undefined && 'text' in attribute ? attribute.text : otherwise;
}

/** Elements of a tensor of this shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
