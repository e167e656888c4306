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
