import { softmax } from '../class-scores.js';
import type { DetectionFamily } from '../head-family.js';
import { floatsOf, type HeadParts } from '../head-output.js';
import type { CandidateList } from './candidate-list.js';

/**
 * Adds every class above the threshold of every box of every cell, as Darknet decodes the head of the first YOLO: nothing but the product
 * of a cell's score and a box's confidence is compared with the threshold.
 *
 * @throws DT_HEAD_OUTPUT
 */
export function decodeDetection(outputs: HeadParts, family: DetectionFamily, list: CandidateList): void {
  const { areRoots, boxes, classes, isSoftmax, output, shape, side } = family;
  const cells = side * side;
  const data = floatsOf(outputs, output, shape);
  const [confidences, places] = [cells * classes, cells * (classes + boxes)];
  const size = (value: number) => (areRoots ? value * value : value);
  for (let cell = 0; cell < cells; cell++) {
    const numbers = Array.from(data.subarray(cell * classes, (cell + 1) * classes));
    const scores = isSoftmax ? softmax(numbers) : numbers;
    const column = cell % side;
    const row = (cell - column) / side;
    for (let box = cell * boxes; box < (cell + 1) * boxes; box++) {
      const confidence = data[confidences + box]!;
      const [x, y, width, height] = data.subarray(places + 4 * box, places + 4 * box + 4) as unknown as Place;
      list.addScores(
        { cx: (column + x) / side, cy: (row + y) / side, width: size(width), height: size(height) },
        scores.map((score) => confidence * score),
      );
    }
  }
}

type Place = readonly [x: number, y: number, width: number, height: number];
