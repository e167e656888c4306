import type { NanoDetFamily, NanoDetLevel } from '../head-family.js';
import { type HeadParts, type InputExtent, rowCells } from '../head-output.js';
import { levelCells } from '../row-counts.js';
import type { CandidateList } from './candidate-list.js';

/**
 * Adds every class above the threshold of every cell. The distance of a side is the mean of its distribution, in strides.
 *
 * @throws DT_HEAD_OUTPUT
 */
export function decodeNanoDet(
  outputs: HeadParts,
  family: NanoDetFamily,
  input: InputExtent,
  list: CandidateList,
): void {
  for (const level of family.levels) decodeLevel(outputs, family, level, input, list);
}

function decodeLevel(
  outputs: HeadParts,
  family: NanoDetFamily,
  { distances, firstRow, rows, scores, stride }: NanoDetLevel,
  input: InputExtent,
  list: CandidateList,
): void {
  const { bins, classes, origin } = family;
  const level = { extent: levelCells(input, stride), firstCell: firstRow };
  const isJoint = scores === distances;
  const ofScores = rowCells(outputs, scores, [rows, isJoint ? classes + 4 * bins : classes], level);
  const ofSides = isJoint ? ofScores : rowCells(outputs, distances, [rows, 4 * bins], level);
  const firstSide = ofSides.first + (isJoint ? classes * ofSides.channelStep : 0);
  const shift = origin === 'corner' ? 0 : origin === 'middle' ? stride / 2 : (stride - 1) / 2;
  const { across, count, data, x0, y0 } = ofScores;
  for (let cell = 0; cell < count; cell++) {
    let at = ofScores.first + cell * ofScores.cellStep;
    for (let classIndex = 0; classIndex < classes; classIndex++, at += ofScores.channelStep) {
      const score = data[at]!;
      if (!(score > list.threshold)) continue;
      const side = (index: number) => {
        const first = firstSide + cell * ofSides.cellStep + index * bins * ofSides.channelStep;
        return stride * meanOf(ofSides.data, first, ofSides.channelStep, bins);
      };
      const x = (x0 + (cell % across)) * stride + shift;
      const y = (y0 + Math.floor(cell / across)) * stride + shift;
      list.addCorners(x - side(0), y - side(1), x + side(2), y + side(3), classIndex, score);
    }
  }
}

/** The mean of 0, 1, .., bins - 1 under the softmax of the logits. */
function meanOf(logits: Float32Array, first: number, step: number, bins: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let bin = 0; bin < bins; bin++) largest = Math.max(largest, logits[first + bin * step]!);
  let [sum, weighted] = [0, 0];
  for (let bin = 0; bin < bins; bin++) {
    const power = Math.exp(logits[first + bin * step]! - largest);
    sum += power;
    weighted += bin * power;
  }
  return weighted / sum;
}
