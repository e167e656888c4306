import type { GraphConstant } from './graph.js';

/** Elements of a constant of integers, which has few: shapes, axes, pads. */
export function integersIn({ bytes, type }: GraphConstant): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type === 'int32') return Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getInt32(4 * i, true));
  return Array.from({ length: bytes.byteLength / 8 }, (_, i) => Number(view.getBigInt64(8 * i, true)));
}

/** The elements of a float32 constant. */
export function floatsIn({ bytes }: GraphConstant): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true));
}
