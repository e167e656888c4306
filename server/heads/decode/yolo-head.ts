import { sigmoid } from '../class-scores.js';
import type { YoloFamily, YoloLevel } from '../head-family.js';
import { floatsOf, type HeadOutputs, type InputExtent } from '../head-output.js';
import type { CandidateList } from './candidate-list.js';

/** x, y, width, height, objectness. */
const BEFORE_SCORES = 5;

/**
 * Adds every class above the threshold of every anchor of every cell, as Darknet decodes the heads of YOLOv3 and later; objectness must
 * exceed the threshold as the score must.
 *
 * @throws DT_HEAD_OUTPUT
 */
export function decodeYolo(outputs: HeadOutputs, family: YoloFamily, input: InputExtent, list: CandidateList): void {
  for (const level of family.levels) decodeLevel(outputs, family.classes, level, input, list);
}

function decodeLevel(
  outputs: HeadOutputs,
  classes: number,
  { anchors, hasNewCoords, height, output, scaleXY, width }: YoloLevel,
  input: InputExtent,
  list: CandidateList,
): void {
  const entries = BEFORE_SCORES + classes;
  const cells = height * width;
  const data = floatsOf(outputs, output, [1, anchors.length * entries, height, width]);
  const probability = hasNewCoords ? (value: number) => value : sigmoid;
  const place = (value: number) => scaleXY * probability(value) - (scaleXY - 1) / 2;
  const size = hasNewCoords ? (value: number) => 4 * value * value : Math.exp;
  for (let cell = 0; cell < cells; cell++) {
    for (const [anchor, [anchorWidth, anchorHeight]] of anchors.entries()) {
      const at = (entry: number) => data[(anchor * entries + entry) * cells + cell]!;
      const objectness = probability(at(4));
      if (!(objectness > list.threshold)) continue;
      const column = cell % width;
      const row = (cell - column) / width;
      const box = {
        cx: (column + place(at(0))) / width,
        cy: (row + place(at(1))) / height,
        width: (size(at(2)) * anchorWidth) / input.width,
        height: (size(at(3)) * anchorHeight) / input.height,
      };
      list.addScores(
        box,
        Array.from({ length: classes }, (_, index) => objectness * probability(at(BEFORE_SCORES + index))),
      );
    }
  }
}
