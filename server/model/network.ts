import type { Layer } from '../formats/darknet/layers.js';
import type { MapShape } from '../geometry/region.js';
import type { Graph } from '../graph/graph.js';
import type { HeadFamily } from '../heads/head-family.js';

/** How a picture becomes the network's input. */
export interface Preprocessing {
  /**
   * Where the scaled picture lies on the input: Darknet centres it, the face detector puts it at the top left. A
   * stretched picture fills the input and does not keep its proportions.
   */
  readonly anchor: 'centre' | 'top-left' | 'stretch';
  /** The colour of what the picture leaves free: a byte for R, G and B. */
  readonly fill: readonly [number, number, number];
  /** The order of the network's channels. Pictures are RGB until they are normalised. */
  readonly order: 'rgb' | 'bgr';
  /** Subtracted from a byte: a number for each of the network's channels, in their order. */
  readonly mean: readonly [number, number, number];
  /** Network input = (byte - mean) * scale: a factor for each of the network's channels, in their order. */
  readonly scale: readonly [number, number, number];
}

/** A network's structure, without weights. Layers are numbered from 0; map l is the input of layer l. */
export interface Network {
  readonly name: string;
  readonly input: MapShape;
  readonly layers: readonly Layer[];
  /**
   * From the picture to what the head decodes, without weights: constants that are weights have a shape and no bytes. Layer l is
   * made of nodes that put out the value `map l+1` in the end; its weights are the constants `weights l` and `bias l`.
   */
  readonly graph: Graph;
  /** What is decoded of the graph's outputs; null when they are no result. */
  readonly head: HeadFamily | null;
  readonly preprocessing: Preprocessing;
  /** Class names in the head's order; one name for a head without classes. */
  readonly labels: readonly string[];
}
