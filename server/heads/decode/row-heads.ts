import type { CornerRowsFamily, YoloRowsFamily, YoloxFamily } from '../head-family.js';
import { floatsOf, type HeadCells, type HeadParts, headError, type InputExtent, rowCells } from '../head-output.js';
import { levelCells, rowCount } from '../row-counts.js';
import type { CandidateList } from './candidate-list.js';

/**
 * Adds the best class of every row of a YOLOX head.
 *
 * @throws DT_HEAD_OUTPUT
 */
export function decodeYolox(outputs: HeadParts, family: YoloxFamily, input: InputExtent, list: CandidateList): void {
  const { classes, rows, strides } = family;
  if (rowCount(input, strides) !== rows) {
    throw headError(
      `an input of ${input.width} x ${input.height} has ${rowCount(input, strides)} cells at strides ${strides.join(', ')}, and the head ${rows}`,
    );
  }
  let firstCell = 0;
  for (const stride of strides) {
    const extent = levelCells(input, stride);
    decodeYoloxLevel(
      rowCells(outputs, family.output, [rows, 5 + classes], { extent, firstCell }),
      { classes, stride },
      list,
    );
    firstCell += extent.height * extent.width;
  }
}

interface YoloxLevel {
  readonly classes: number;
  readonly stride: number;
}

function decodeYoloxLevel(cells: HeadCells, { classes, stride }: YoloxLevel, list: CandidateList): void {
  const { across, cellStep, channelStep, count, data, first, x0, y0 } = cells;
  for (let cell = 0; cell < count; cell++) {
    const at = (channel: number) => data[first + cell * cellStep + channel * channelStep]!;
    const objectness = at(4);
    if (!(objectness > list.threshold)) continue;
    let best = 0;
    for (let index = 1; index < classes; index++) if (at(5 + index) > at(5 + best)) best = index;
    const score = objectness * at(5 + best);
    if (!(score > list.threshold)) continue;
    const x = x0 + (cell % across);
    const y = y0 + Math.floor(cell / across);
    list.addCentred(
      (at(0) + x) * stride,
      (at(1) + y) * stride,
      Math.exp(at(2)) * stride,
      Math.exp(at(3)) * stride,
      best,
      score,
    );
  }
}

/**
 * Adds the best class of every row, with objectness, of a YOLOv5 head.
 *
 * @throws DT_HEAD_OUTPUT
 */
export function decodeYolov5(outputs: HeadParts, family: YoloRowsFamily, list: CandidateList): void {
  const { channels, classes, rows } = family;
  const data = floatsOf(outputs, family.output, [1, rows, channels]);
  for (let at = 0; at < data.length; at += channels) {
    const objectness = data[at + 4]!;
    if (!(objectness > list.threshold)) continue;
    const best = largestOf(data, at + 5, classes);
    const score = objectness * data[at + 5 + best]!;
    if (score > list.threshold) list.addCentred(data[at]!, data[at + 1]!, data[at + 2]!, data[at + 3]!, best, score);
  }
}

/**
 * Adds the best class of every column of a YOLOv8 head.
 *
 * @throws DT_HEAD_OUTPUT
 */
export function decodeYolov8(outputs: HeadParts, family: YoloRowsFamily, list: CandidateList): void {
  const { channels, classes, rows } = family;
  const data = floatsOf(outputs, family.output, [1, channels, rows]);
  // Class by class, in the order of memory.
  const scores = data.slice(4 * rows, 5 * rows);
  const best = new Int32Array(rows);
  for (let classIndex = 1, at = 5 * rows; classIndex < classes; classIndex++) {
    for (let row = 0; row < rows; row++, at++) {
      if (data[at]! <= scores[row]!) continue;
      scores[row] = data[at]!;
      best[row] = classIndex;
    }
  }
  for (let row = 0; row < rows; row++) {
    if (!(scores[row]! > list.threshold)) continue;
    const [cx, cy] = [data[row]!, data[rows + row]!];
    list.addCentred(cx, cy, data[2 * rows + row]!, data[3 * rows + row]!, best[row]!, scores[row]!);
  }
}

/**
 * Adds the best class of every row of a head whose boxes have corners.
 *
 * @throws DT_HEAD_OUTPUT
 */
export function decodeCornerRows(outputs: HeadParts, family: CornerRowsFamily, list: CandidateList): void {
  const { classes, rows } = family;
  const scores = floatsOf(outputs, family.scores, [1, rows, classes]);
  const boxes = floatsOf(outputs, family.boxes, [1, rows, 4]);
  for (let row = 0, at = 0; row < rows; row++, at += 4) {
    const best = largestOf(scores, row * classes, classes);
    const score = scores[row * classes + best]!;
    if (score > list.threshold)
      list.addCorners(boxes[at]!, boxes[at + 1]!, boxes[at + 2]!, boxes[at + 3]!, best, score);
  }
}

/** Index, from 0, of the largest of `count` numbers; of equals the first. */
function largestOf(data: Float32Array, first: number, count: number): number {
  let best = 0;
  for (let index = 1; index < count; index++) {
    if (data[first + index]! > data[first + best]!) best = index;
  }
  return best;
}
