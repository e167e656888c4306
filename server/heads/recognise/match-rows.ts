import type { HeadFamily } from '../head-family.js';
import type { InputExtent } from '../head-output.js';
import { rowCount, STRIDE_SETS, stridesOf } from '../row-counts.js';
import { hasShape, type OutputShape } from './output-shape.js';

/** YOLOv5 has three anchors a cell. */
const ANCHORS = 3;
/** Numbers a mask has in segmenting models, after the scores. */
const MASK_NUMBERS = 32;

/** A YOLOX head: as many rows as cells, at least one class. */
export function matchYolox(outputs: readonly OutputShape[], input: InputExtent): readonly HeadFamily[] {
  return outputs
    .filter((output) => hasShape(output, 1, null, null) && output.shape[2]! > 5)
    .flatMap(({ name, shape: [, rows, channels] }): HeadFamily[] => {
      const strides = stridesOf(input, rows!);
      return strides === undefined
        ? []
        : [{ kind: 'yolox', output: name, rows: rows!, classes: channels! - 5, strides }];
    })
    .slice(0, 1);
}

/** A YOLOv5 head: three rows a cell, or one as models have that came later. */
export function matchYolov5(outputs: readonly OutputShape[], input: InputExtent): readonly HeadFamily[] {
  return outputs
    .filter((output) => hasShape(output, 1, null, null) && output.shape[2]! > 5 && isRows(input, output.shape[1]!))
    .map(({ name, shape: [, rows, channels] }): HeadFamily => {
      return { kind: 'yolov5', output: name, rows: rows!, channels: channels!, classes: channels! - 5 };
    })
    .slice(0, 1);
}

function isRows(input: InputExtent, rows: number): boolean {
  return STRIDE_SETS.some((strides) => [1, ANCHORS].some((anchors) => anchors * rowCount(input, strides) === rows));
}

/**
 * A YOLOv8 head: a column a cell. Of several (auxiliary heads) the first.
 *
 * @param names as many as the model has classes; without, masks are told by their prototypes.
 */
export function matchYolov8(
  outputs: readonly OutputShape[],
  input: InputExtent,
  names: number | undefined,
): readonly HeadFamily[] {
  const hasMasks = outputs.some((output) => hasShape(output, 1, MASK_NUMBERS, null, null));
  return outputs
    .filter((output) => hasShape(output, 1, null, null) && output.shape[1]! > 4)
    .filter(({ shape }) => stridesOf(input, shape[2]!) !== undefined)
    .map(({ name, shape: [, channels, rows] }): HeadFamily => {
      const scores = channels! - 4;
      const withoutMasks = hasMasks && scores > MASK_NUMBERS ? scores - MASK_NUMBERS : scores;
      const classes = names !== undefined && names <= scores ? names : withoutMasks;
      return { kind: 'yolov8', output: name, rows: rows!, channels: channels!, classes };
    })
    .slice(0, 1);
}
