import type { NanoDetFamily, NanoDetLevel } from '../head-family.js';
import { floatsOf, type HeadOutputs, type InputExtent } from '../head-output.js';
import { levelCells } from '../row-counts.js';
import type { CandidateList } from './candidate-list.js';

/**
 * Adds every class above the threshold of every cell. The distance of a side is the mean of its distribution, in strides.
 *
 * @throws DT_HEAD_OUTPUT
 */
export function decodeNanoDet(
  outputs: HeadOutputs,
  family: NanoDetFamily,
  input: InputExtent,
  list: CandidateList,
): void {
  for (const level of family.levels) decodeLevel(outputs, family, level, input, list);
}

/** The elements of an output that are one level's scores or distances. */
interface Columns {
  readonly data: Float32Array;
  readonly first: number;
  readonly step: number;
}

function decodeLevel(
  outputs: HeadOutputs,
  family: NanoDetFamily,
  level: NanoDetLevel,
  input: InputExtent,
  list: CandidateList,
): void {
  const { bins, classes, origin } = family;
  const { stride } = level;
  const { height, width } = levelCells(input, stride);
  const { distances, scores } = columnsOf(outputs, family, level);
  const shift = origin === 'corner' ? 0 : origin === 'middle' ? stride / 2 : (stride - 1) / 2;
  for (let row = 0, at = scores.first; row < height * width; row++, at += scores.step) {
    for (let classIndex = 0; classIndex < classes; classIndex++) {
      const score = scores.data[at + classIndex]!;
      if (!(score > list.threshold)) continue;
      const side = (index: number) =>
        stride * meanOf(distances.data, distances.first + row * distances.step + index * bins, bins);
      const x = (row % width) * stride + shift;
      const y = Math.floor(row / width) * stride + shift;
      list.addCorners(x - side(0), y - side(1), x + side(2), y + side(3), classIndex, score);
    }
  }
}

function columnsOf(
  outputs: HeadOutputs,
  { bins, classes }: NanoDetFamily,
  { distances, firstRow, rows, scores }: NanoDetLevel,
): { readonly scores: Columns; readonly distances: Columns } {
  const isJoint = scores === distances;
  const columns = (name: string, before: number, count: number): Columns => {
    const step = isJoint ? classes + 4 * bins : count;
    const data = floatsOf(outputs, name, [1, rows, step]);
    return { data, first: firstRow * step + (isJoint ? before : 0), step };
  };
  return { scores: columns(scores, 0, classes), distances: columns(distances, classes, 4 * bins) };
}

/** The mean of 0, 1, .., bins - 1 under the softmax of the logits. */
function meanOf(logits: Float32Array, first: number, bins: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let bin = 0; bin < bins; bin++) largest = Math.max(largest, logits[first + bin]!);
  let [sum, weighted] = [0, 0];
  for (let bin = 0; bin < bins; bin++) {
    const power = Math.exp(logits[first + bin]! - largest);
    sum += power;
    weighted += bin * power;
  }
  return weighted / sum;
}
