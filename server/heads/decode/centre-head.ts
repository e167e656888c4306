import type { CentreFamily } from '../head-family.js';
import { type HeadParts, type InputExtent, mapCells } from '../head-output.js';
import { levelCells } from '../row-counts.js';
import type { CandidateList } from './candidate-list.js';

/**
 * Adds a box for every cell above the threshold, of class 0.
 *
 * @throws DT_HEAD_OUTPUT
 */
export function decodeCentres(
  outputs: HeadParts,
  { offsets, scores, sizes, stride }: CentreFamily,
  input: InputExtent,
  list: CandidateList,
): void {
  const extent = levelCells(input, stride);
  const { across, count, data: heat, x0, y0 } = mapCells(outputs, scores, 1, extent);
  const { data: logSizes } = mapCells(outputs, sizes, 2, extent);
  const { data: shifts } = mapCells(outputs, offsets, 2, extent);
  for (const [cell, score] of heat.entries()) {
    if (!(score > list.threshold)) continue;
    const x = cell % across;
    const cy = (y0 + (cell - x) / across + shifts[cell]! + 0.5) * stride;
    const cx = (x0 + x + shifts[count + cell]! + 0.5) * stride;
    const [boxHeight, boxWidth] = [Math.exp(logSizes[cell]!) * stride, Math.exp(logSizes[count + cell]!) * stride];
    list.addCentred(cx, cy, boxWidth, boxHeight, 0, score);
  }
}
