import type { CentreFamily } from '../head-family.js';
import { floatsOf, type HeadOutputs, type InputExtent } from '../head-output.js';
import { levelCells } from '../row-counts.js';
import type { CandidateList } from './candidate-list.js';

/**
 * Adds a box for every cell above the threshold, of class 0.
 *
 * @throws DT_HEAD_OUTPUT
 */
export function decodeCentres(
  outputs: HeadOutputs,
  { offsets, scores, sizes, stride }: CentreFamily,
  input: InputExtent,
  list: CandidateList,
): void {
  const { height, width } = levelCells(input, stride);
  const cells = height * width;
  const heat = floatsOf(outputs, scores, [1, 1, height, width]);
  const logSizes = floatsOf(outputs, sizes, [1, 2, height, width]);
  const shifts = floatsOf(outputs, offsets, [1, 2, height, width]);
  for (const [cell, score] of heat.entries()) {
    if (!(score > list.threshold)) continue;
    const x = cell % width;
    const cy = ((cell - x) / width + shifts[cell]! + 0.5) * stride;
    const cx = (x + shifts[cells + cell]! + 0.5) * stride;
    const [boxHeight, boxWidth] = [Math.exp(logSizes[cell]!) * stride, Math.exp(logSizes[cells + cell]!) * stride];
    list.addCentred(cx, cy, boxWidth, boxHeight, 0, score);
  }
}
