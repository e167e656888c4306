import type { MapShape } from '../geometry/region.js';

/** How bytes become the network's input: (byte - mean of the channel) * scale. */
export interface Normalisation {
  readonly mean: readonly [number, number, number];
  readonly scale: number;
}

/**
 * Turns picture bytes into layer 0's input. Padding comes after this: a convolution pads with zeros of the
 * normalised map.
 *
 * @param bytes `[3, height, width]`.
 * @returns `[3, height, width]`.
 */
export function normaliseBytes(bytes: Uint8Array, shape: MapShape, { mean, scale }: Normalisation): Float32Array {
  const area = shape.height * shape.width;
  const values = new Float32Array(shape.channels * area);
  const table = new Float32Array(256);
  for (let channel = 0; channel < shape.channels; channel++) {
    for (let byte = 0; byte < 256; byte++) table[byte] = (byte - mean[channel]!) * scale;
    for (let i = channel * area, end = i + area; i < end; i++) values[i] = table[bytes[i]!]!;
  }
  return values;
}
