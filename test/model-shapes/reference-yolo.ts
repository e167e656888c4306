import type { Tensor } from '../../server/engine/inference-engine.js';
import type { ReferenceBox } from '../heads/reference-heads.js';
import { BINS, CLASSES, STRIDES } from './yolo-files.js';

const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));

/** Boxes above a threshold from the maps of the levels, before the file's own decoding: cell by cell, in 64-bit floats. */
export function boxesOfLevels(levels: readonly Tensor[], threshold: number): readonly ReferenceBox[] {
  return levels.flatMap(({ data, shape: [, , height, width] }, level) => {
    const stride = STRIDES[level]!;
    const cells = height! * width!;
    const numberAt = (channel: number, cell: number) => Number(data[channel * cells + cell]);
    return Array.from({ length: cells }, (_, cell): ReferenceBox[] => {
      const scores = CLASSES.map((_, index) => sigmoid(numberAt(4 * BINS + index, cell)));
      const score = Math.max(...scores);
      if (score <= threshold) return [];
      const [left, top, right, bottom] = [0, 1, 2, 3].map((side) => {
        const powers = Array.from({ length: BINS }, (_, bin) => Math.exp(numberAt(side * BINS + bin, cell)));
        const sum = powers.reduce((a, b) => a + b);
        return powers.reduce((mean, power, bin) => mean + (bin * power) / sum, 0);
      }) as [number, number, number, number];
      const [x, y] = [(cell % width!) + 0.5, Math.floor(cell / width!) + 0.5];
      const corners = [x - left, y - top, x + right, y + bottom].map((edge) => edge * stride);
      return [{ corners: corners as unknown as ReferenceBox['corners'], classIndex: scores.indexOf(score), score }];
    }).flat();
  });
}
