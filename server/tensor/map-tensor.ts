import { fromFloat16, toFloat16 } from './float16.js';
import type { Tensor, TensorType } from './safetensors.js';

/** How feature maps travel (`wire.maps`): as computed, or in half the bytes with 11 significant bits. */
export type MapType = 'f32' | 'f16';

export const BYTES_PER_MAP_VALUE: Readonly<Record<MapType, number>> = Object.freeze({ f32: 4, f16: 2 });

/** The type of the tensors that feature maps travel as. */
export function mapTensorType(type: MapType): TensorType {
  return type === 'f32' ? 'F32' : 'F16';
}

/** A block of a feature map as it travels. */
export function encodeMap(data: Float32Array, shape: readonly number[], type: MapType): Tensor {
  return type === 'f32' ? { type: 'F32', shape, data } : { type: 'F16', shape, data: toFloat16(data) };
}

/**
 * The values of a block that came, whichever way: nodes may differ in how they send.
 *
 * @returns null for a tensor of bytes, which is no feature map.
 */
export function decodeMap({ type, data }: Tensor): Float32Array | null {
  switch (type) {
    case 'F32':
      return data as Float32Array;
    case 'F16':
      return fromFloat16(data as Uint16Array);
    case 'U8':
      return null;
  }
}
