import { DeepThingsError } from '../errors.js';
import type { GraphConstant, GraphNode, TensorShape } from './graph.js';
import { integersIn } from './integers.js';

/** An input of a node: a value, or a constant with its elements; null for an optional one that is left out. */
export type NodeInput = (TensorShape & { readonly constant?: GraphConstant }) | null;

/** Computes what an operator puts out. */
export type ShapeRule = (node: GraphNode, inputs: readonly NodeInput[]) => readonly TensorShape[];

/** @throws DT_GRAPH_SHAPE for an input that is left out. */
export function required(node: GraphNode, inputs: readonly NodeInput[], index: number): TensorShape {
  const input = inputs[index];
  if (input == null) throw shapeError(node, `lacks input ${index}`);
  return { type: input.type, shape: input.shape };
}

/**
 * Returns the first input, maps with rows and columns, or with one axis or three.
 *
 * @param axes how many must follow the channels; any number when it is left out.
 * @throws DT_GRAPH_SHAPE for another shape.
 */
export function mapsOf(node: GraphNode, inputs: readonly NodeInput[], axes?: number): TensorShape {
  const first = required(node, inputs, 0);
  const rank = first.shape.length;
  if (axes === undefined ? rank > 2 : rank === axes + 2) return first;
  const due = axes === undefined ? 'of at least three axes' : `of ${axes + 2} axes`;
  throw shapeError(node, `takes ${textOfShape(first.shape)}, where maps ${due} are needed`);
}

/** @throws DT_GRAPH_SHAPE for an input that is computed. */
export function constantIntegers(node: GraphNode, inputs: readonly NodeInput[], index: number): readonly number[] {
  const constant = inputs[index]?.constant;
  if (constant === undefined) throw shapeError(node, `has no constant for input ${index}`);
  return integersIn(constant);
}

/** Returns the place of an axis, which may count from the end. @throws DT_GRAPH_SHAPE */
export function axisOf(node: GraphNode, axis: number, shape: readonly number[]): number {
  const place = axis < 0 ? axis + shape.length : axis;
  if (place < 0 || place >= shape.length) throw shapeError(node, `names axis ${axis} of ${shape.length}`);
  return place;
}

/**
 * Returns the shape that shapes broadcast to: they are aligned at their last axes, and 1 fits every size.
 *
 * @throws DT_GRAPH_SHAPE
 */
export function broadcastShape(node: GraphNode, shapes: readonly (readonly number[])[]): readonly number[] {
  const rank = Math.max(...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1).filter((size) => size !== 1);
    if (new Set(sizes).size > 1) {
      throw shapeError(node, `has inputs of ${shapes.map(textOfShape).join(' and ')}`);
    }
    return sizes[0] ?? 1;
  });
}

/** For messages: `[1, 3, 8, 8]`. */
export function textOfShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

export function shapeError(node: GraphNode, what: string): DeepThingsError {
  return new DeepThingsError('DT_GRAPH_SHAPE', `${node.operator} "${node.name}" ${what}`);
}
