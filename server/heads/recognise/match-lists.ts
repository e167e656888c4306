import type { HeadFamily } from '../head-family.js';
import type { InputExtent } from '../head-output.js';
import { stridesOf } from '../row-counts.js';
import { hasShape, type OutputShape } from './output-shape.js';

/** Boxes that a finished list, or a transformer's queries, has at most. */
const MOST_LISTED = 1_000;

/** One output that is a list of finished boxes. */
export function matchList(outputs: readonly OutputShape[]): readonly HeadFamily[] {
  return outputs
    .flatMap((output): HeadFamily[] => {
      const { name, shape } = output;
      if (hasShape(output, 1, null, 6) && shape[1]! <= MOST_LISTED) return [{ kind: 'end-to-end', output: name }];
      return hasShape(output, null, 7) ? [{ kind: 'yolo-nas', output: name }] : [];
    })
    .slice(0, 1);
}

/** RT-DETR and D-FINE: classes as whole numbers. SSD: as float32. */
export function matchSeparateLists(all: readonly OutputShape[]): readonly HeadFamily[] {
  const outputs = all.filter(({ name }) => !/raw_|multiclass|anchor_indices/.test(name));
  const boxes = outputs.find((output) => hasShape(output, 1, null, 4));
  if (boxes === undefined) return [];
  const lists = outputs.filter((output) => hasShape(output, 1, boxes.shape[1]!));
  const count = outputs.find((output) => hasShape(output, 1))?.name ?? null;
  const labels = lists.find(({ type }) => type === 'int64' || type === 'int32');
  const [first, second] = lists.filter(({ type }) => type === 'float32');
  if (labels !== undefined && first !== undefined) {
    return [{ kind: 'detr', labels: labels.name, boxes: boxes.name, scores: first.name }];
  }
  if (first === undefined || second === undefined) return [];
  const [classes, scores] = /score/i.test(first.name) ? [second, first] : [first, second];
  const classOffset = /tflite/i.test(boxes.name) ? 1 : 0;
  return [{ kind: 'ssd', boxes: boxes.name, classes: classes.name, scores: scores.name, count, classOffset }];
}

/** Boxes and classes' scores in two outputs: YOLO-NAS where there is a row a cell, else the few queries of RF-DETR. */
export function matchBoxesAndScores(outputs: readonly OutputShape[], input: InputExtent): readonly HeadFamily[] {
  const [boxes, ...otherBoxes] = outputs.filter((output) => hasShape(output, 1, null, 4));
  const rows = boxes?.shape[1];
  if (boxes === undefined || rows === undefined || otherBoxes.length > 0) return [];
  const [scores, ...others] = outputs.filter((output) => output !== boxes && hasShape(output, 1, rows, null));
  if (scores === undefined || others.length > 0 || rows < 1) return [];
  const classes = scores.shape[2]!;
  if (stridesOf(input, rows) !== undefined) {
    return [{ kind: 'yolo-nas-raw', boxes: boxes.name, scores: scores.name, rows, classes }];
  }
  if (rows > MOST_LISTED) return [];
  return [{ kind: 'rf-detr', boxes: boxes.name, logits: scores.name, rows, classes }];
}

/** One output with a number a class. */
export function matchClassifier(outputs: readonly OutputShape[]): readonly HeadFamily[] {
  const [output, ...others] = outputs;
  if (output === undefined || others.length > 0) return [];
  const classes = output.shape[1] ?? 0;
  const isClassifier = (hasShape(output, 1, null) || hasShape(output, 1, null, 1, 1)) && classes > 1;
  return isClassifier ? [{ kind: 'classifier', output: output.name, shape: output.shape, classes }] : [];
}
