import type { TensorShape } from '../../graph/graph.js';

/** An output of a graph; an extent below 1 is not known before the graph has run. */
export interface OutputShape extends TensorShape {
  readonly name: string;
}

/** Whether an output is `[1, .., ..]` of the wanted extents; null: any. */
export function hasShape({ shape }: OutputShape, ...wanted: readonly (number | null)[]): boolean {
  return (
    shape.length === wanted.length && shape.every((extent, axis) => wanted[axis] === null || extent === wanted[axis])
  );
}
