import type { GraphConstant } from './graph.js';

/** Elements of a constant of 32-bit floats; a view of its bytes where they begin at a multiple of four. */
export function floatsIn({ bytes }: GraphConstant): Float32Array {
  const { buffer, byteLength, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(buffer as ArrayBuffer, byteOffset, byteLength / 4);
}
