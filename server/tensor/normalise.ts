import type { MapShape } from '../geometry/region.js';

/** How bytes become the network's input: (byte - mean) * scale, channel by channel. */
export interface Normalisation {
  /** The order of the network's channels; `bgr` swaps the first plane and the last. */
  readonly order: 'rgb' | 'bgr';
  /** For each of the network's channels, in their order. */
  readonly mean: readonly [number, number, number];
  /** For each of the network's channels, in their order. */
  readonly scale: readonly [number, number, number];
}

/**
 * Turns picture bytes into the network's input. Padding comes after this: a convolution pads with zeros of the
 * normalised map.
 *
 * @param bytes `[3, height, width]`, planes R, G and B.
 * @returns `[3, height, width]`, planes in the network's order.
 */
export function normaliseBytes(bytes: Uint8Array, shape: MapShape, how: Normalisation): Float32Array {
  const area = shape.height * shape.width;
  const values = new Float32Array(shape.channels * area);
  const table = new Float32Array(256);
  for (let channel = 0; channel < shape.channels; channel++) {
    for (let byte = 0; byte < 256; byte++) table[byte] = (byte - how.mean[channel]!) * how.scale[channel]!;
    const plane = how.order === 'bgr' ? shape.channels - 1 - channel : channel;
    for (let from = plane * area, to = channel * area, end = to + area; to < end; ) {
      values[to++] = table[bytes[from++]!]!;
    }
  }
  return values;
}
