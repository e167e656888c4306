import { sigmoid } from '../class-scores.js';
import type { YoloFamily, YoloLevel } from '../head-family.js';
import { type HeadParts, type InputExtent, mapCells } from '../head-output.js';
import type { CandidateList } from './candidate-list.js';

/** Where the numbers of an anchor are. */
interface Entries {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly uncertain: readonly number[];
  readonly objectness: number;
}

const PLAIN: Entries = { x: 0, y: 1, width: 2, height: 3, uncertain: [], objectness: 4 };
const GAUSSIAN: Entries = { x: 0, y: 2, width: 4, height: 6, uncertain: [1, 3, 5, 7], objectness: 8 };

/**
 * Adds every class above the threshold of every anchor of every cell, as Darknet decodes the heads of YOLOv3 and later; objectness must
 * exceed the threshold as the score must.
 *
 * @throws DT_HEAD_OUTPUT
 */
export function decodeYolo(outputs: HeadParts, family: YoloFamily, input: InputExtent, list: CandidateList): void {
  for (const level of family.levels) decodeLevel(outputs, family.classes, level, input, list);
}

function decodeLevel(
  outputs: HeadParts,
  classes: number,
  { anchors, hasNewCoords, hasUncertainties, height, output, scaleXY, width }: YoloLevel,
  input: InputExtent,
  list: CandidateList,
): void {
  const place = hasUncertainties ? GAUSSIAN : PLAIN;
  const firstScore = place.objectness + 1;
  const entries = firstScore + classes;
  const { across, count, data, x0, y0 } = mapCells(outputs, output, anchors.length * entries, { height, width });
  const scores = new Float64Array(classes);
  const probability = hasNewCoords ? (value: number) => value : sigmoid;
  const stretch = (value: number) => scaleXY * probability(value) - (scaleXY - 1) / 2;
  const size = hasNewCoords ? (value: number) => 4 * value * value : Math.exp;
  for (let cell = 0; cell < count; cell++) {
    for (const [anchor, [anchorWidth, anchorHeight]] of anchors.entries()) {
      const at = (entry: number) => data[(anchor * entries + entry) * count + cell]!;
      const objectness = probability(at(place.objectness));
      if (!(objectness > list.threshold)) continue;
      const column = cell % across;
      const row = (cell - column) / across;
      const box = {
        cx: (x0 + column + stretch(at(place.x))) / width,
        cy: (y0 + row + stretch(at(place.y))) / height,
        width: (size(at(place.width)) * anchorWidth) / input.width,
        height: (size(at(place.height)) * anchorHeight) / input.height,
      };
      const doubts = place.uncertain.reduce((sum, entry) => sum + probability(at(entry)), 0);
      const certainty = objectness * (1 - doubts / 4);
      for (let i = 0; i < classes; i++) scores[i] = certainty * probability(at(firstScore + i));
      list.addScores(box, scores);
    }
  }
}
