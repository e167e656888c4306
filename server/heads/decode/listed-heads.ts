import type { DetrFamily, ListFamily, QueryFamily, SsdFamily } from '../head-family.js';
import { floatsOf, type HeadParts, headError, type InputExtent, integersOf } from '../head-output.js';
import type { CandidateList } from './candidate-list.js';

/**
 * Adds the boxes of a list in one output.
 *
 * @throws DT_HEAD_OUTPUT
 */
export function decodeList(outputs: HeadParts, { kind, output }: ListFamily, list: CandidateList): void {
  const hasPictures = kind === 'yolo-nas';
  const data = floatsOf(outputs, output, hasPictures ? [-1, 7] : [1, -1, 6]);
  const columns = hasPictures ? 7 : 6;
  for (let at = hasPictures ? 1 : 0; at < data.length; at += columns) {
    const classIndex = data[at + 5]!;
    if (hasPictures && classIndex < 0) return;
    const score = data[at + 4]!;
    if (score > list.threshold) {
      list.addCorners(data[at]!, data[at + 1]!, data[at + 2]!, data[at + 3]!, classIndex, score);
    }
  }
}

/**
 * Adds the boxes of RT-DETR and D-FINE.
 *
 * @throws DT_HEAD_OUTPUT
 */
export function decodeDetr(outputs: HeadParts, family: DetrFamily, list: CandidateList): void {
  const scores = floatsOf(outputs, family.scores, [1, -1]);
  const labels = integersOf(outputs, family.labels, [1, scores.length]);
  const boxes = floatsOf(outputs, family.boxes, [1, scores.length, 4]);
  for (const [row, score] of scores.entries()) {
    if (!(score > list.threshold)) continue;
    const at = 4 * row;
    list.addCorners(boxes[at]!, boxes[at + 1]!, boxes[at + 2]!, boxes[at + 3]!, labels[row]!, score);
  }
}

/**
 * Adds every class above the threshold of every query; a score is the sigmoid of a logit.
 *
 * @throws DT_HEAD_OUTPUT
 */
export function decodeQueries(outputs: HeadParts, family: QueryFamily, input: InputExtent, list: CandidateList): void {
  const { classes, rows } = family;
  const logits = floatsOf(outputs, family.logits, [1, rows, classes]);
  const boxes = floatsOf(outputs, family.boxes, [1, rows, 4]);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let classIndex = 0; classIndex < classes; classIndex++, at++) {
      const score = 1 / (1 + Math.exp(-logits[at]!));
      if (!(score > list.threshold)) continue;
      const [cx, cy] = [boxes[4 * row]! * input.width, boxes[4 * row + 1]! * input.height];
      const [width, height] = [boxes[4 * row + 2]! * input.width, boxes[4 * row + 3]! * input.height];
      list.addCentred(cx, cy, width, height, classIndex, score);
    }
  }
}

/**
 * Adds the boxes of an SSD with its own NMS.
 *
 * @throws DT_HEAD_OUTPUT
 */
export function decodeSsd(outputs: HeadParts, family: SsdFamily, input: InputExtent, list: CandidateList): void {
  const scores = floatsOf(outputs, family.scores, [1, -1]);
  const classes = integersOf(outputs, family.classes, [1, scores.length]);
  const boxes = floatsOf(outputs, family.boxes, [1, scores.length, 4]);
  const count = family.count === null ? scores.length : integersOf(outputs, family.count, [1])[0]!;
  if (!(count >= 0 && count <= scores.length)) {
    throw headError(`output ${family.count} counts ${count} boxes, and there are ${scores.length}`);
  }
  for (let row = 0; row < count; row++) {
    const score = scores[row]!;
    if (!(score > list.threshold)) continue;
    const [y1, y2] = [boxes[4 * row]! * input.height, boxes[4 * row + 2]! * input.height];
    const [x1, x2] = [boxes[4 * row + 1]! * input.width, boxes[4 * row + 3]! * input.width];
    list.addCorners(x1, y1, x2, y2, classes[row]! + family.classOffset, score);
  }
}
