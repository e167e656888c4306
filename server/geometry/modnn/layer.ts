import type { MapShape } from '../region.js';

/**
 * What MoDNN needs to know of a layer: a square window that slides over the map. Convolution and pooling are the same to
 * it.
 */
export interface LayerGeometry {
  /** Window size K, both axes. */
  readonly kernel: number;
  /** Stride S, both axes. */
  readonly stride: number;
  /** Padding P before the map (left and top). What is needed after it follows from the output size. */
  readonly padBefore: number;
  readonly input: MapShape;
  readonly output: MapShape;
  /** Multiply-accumulates for one output cell, all output channels together; 0 for pooling. */
  readonly macsPerCell: number;
}
