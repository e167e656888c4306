import type { SsdAnchorsFamily, SsdLevel } from '../head-family.js';
import { type HeadParts, headError, type InputExtent, mapCells } from '../head-output.js';
import { type SsdAnchor, ssdAnchors } from '../ssd-anchors.js';
import type { CandidateList } from './candidate-list.js';

/**
 * Adds every class above the threshold of every anchor, as TensorFlow's object detection API decodes its SSD models for
 * COCO: anchors of `ssdAnchors`, `faster_rcnn_box_coder` with the factors 10, 10, 5, 5, scores by sigmoid; class 0 is background.
 *
 * @throws DT_HEAD_OUTPUT
 */
export function decodeSsdAnchors(
  outputs: HeadParts,
  { classes, levels }: SsdAnchorsFamily,
  input: InputExtent,
  list: CandidateList,
): void {
  for (const [index, level] of levels.entries()) {
    const anchors = ssdAnchors(index, levels.length);
    if (anchors.length !== level.anchors) {
      throw headError(`level ${index} of the head has ${level.anchors} anchors, and SSD has ${anchors.length} there`);
    }
    decodeLevel(outputs, { level, anchors, classes }, input, list);
  }
}

interface LevelOfAnchors {
  readonly level: SsdLevel;
  readonly anchors: readonly SsdAnchor[];
  readonly classes: number;
}

function decodeLevel(
  outputs: HeadParts,
  { anchors, classes, level }: LevelOfAnchors,
  input: InputExtent,
  list: CandidateList,
): void {
  const { height, width } = level;
  const { across, count: cells, data: boxes, x0, y0 } = mapCells(outputs, level.boxes, 4 * anchors.length, level);
  const { data: logits } = mapCells(outputs, level.scores, classes * anchors.length, level);
  const leastLogit = Math.log(list.threshold / (1 - list.threshold));
  for (const [anchor, [anchorHeight, anchorWidth]] of anchors.entries()) {
    for (let classIndex = 1; classIndex < classes; classIndex++) {
      const first = (anchor * classes + classIndex) * cells;
      for (let cell = 0; cell < cells; cell++) {
        const logit = logits[first + cell]!;
        if (!(logit > leastLogit)) continue;
        const at = anchor * 4 * cells + cell;
        const x = cell % across;
        const cy = (y0 + (cell - x) / across + 0.5) / height + (boxes[at]! / 10) * anchorHeight;
        const cx = (x0 + x + 0.5) / width + (boxes[at + cells]! / 10) * anchorWidth;
        const boxHeight = Math.exp(boxes[at + 2 * cells]! / 5) * anchorHeight * input.height;
        const boxWidth = Math.exp(boxes[at + 3 * cells]! / 5) * anchorWidth * input.width;
        const score = 1 / (1 + Math.exp(-logit));
        list.addCentred(cx * input.width, cy * input.height, boxWidth, boxHeight, classIndex, score);
      }
    }
  }
}
