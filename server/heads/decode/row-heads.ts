import type { CornerRowsFamily, YoloRowsFamily, YoloxFamily } from '../head-family.js';
import { floatsOf, type HeadOutputs, headError, type InputExtent } from '../head-output.js';
import { levelCells, rowCount } from '../row-counts.js';
import type { CandidateList } from './candidate-list.js';

/**
 * Adds the best class of every row of a YOLOX head.
 *
 * @throws DT_HEAD_OUTPUT
 */
export function decodeYolox(outputs: HeadOutputs, family: YoloxFamily, input: InputExtent, list: CandidateList): void {
  const { classes, rows, strides } = family;
  if (rowCount(input, strides) !== rows) {
    throw headError(
      `an input of ${input.width} x ${input.height} has ${rowCount(input, strides)} cells at strides ${strides.join(', ')}, and the head ${rows}`,
    );
  }
  const channels = 5 + classes;
  const data = floatsOf(outputs, family.output, [1, rows, channels]);
  let at = 0;
  for (const stride of strides) {
    const { height, width } = levelCells(input, stride);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at += channels) {
        const objectness = data[at + 4]!;
        if (!(objectness > list.threshold)) continue;
        const best = largestOf(data, at + 5, classes);
        const score = objectness * data[at + 5 + best]!;
        if (!(score > list.threshold)) continue;
        const [cx, cy] = [(data[at]! + x) * stride, (data[at + 1]! + y) * stride];
        list.addCentred(cx, cy, Math.exp(data[at + 2]!) * stride, Math.exp(data[at + 3]!) * stride, best, score);
      }
    }
  }
}

/**
 * Adds the best class of every row, with objectness, of a YOLOv5 head.
 *
 * @throws DT_HEAD_OUTPUT
 */
export function decodeYolov5(outputs: HeadOutputs, family: YoloRowsFamily, list: CandidateList): void {
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
export function decodeYolov8(outputs: HeadOutputs, family: YoloRowsFamily, list: CandidateList): void {
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
export function decodeCornerRows(outputs: HeadOutputs, family: CornerRowsFamily, list: CandidateList): void {
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
