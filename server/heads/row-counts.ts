import type { InputExtent } from './head-output.js';

/** Strides of the levels of detectors' heads: the usual three, with a coarser one (P6), with a finer one (P2), without the finest. */
export const STRIDE_SETS: readonly (readonly number[])[] = [
  [8, 16, 32],
  [8, 16, 32, 64],
  [4, 8, 16, 32],
  [16, 32],
];

/** Cells of one level, as convolutions with padding make them: rounded up. */
export function levelCells({ height, width }: InputExtent, stride: number): InputExtent {
  return { height: Math.ceil(height / stride), width: Math.ceil(width / stride) };
}

/** Cells of all levels together. */
export function rowCount(input: InputExtent, strides: readonly number[]): number {
  return strides.reduce((sum, stride) => {
    const { height, width } = levelCells(input, stride);
    return sum + height * width;
  }, 0);
}

/** The strides at which an input has this many cells. */
export function stridesOf(input: InputExtent, rows: number): readonly number[] | undefined {
  return STRIDE_SETS.find((strides) => rowCount(input, strides) === rows);
}
