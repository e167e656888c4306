import { DeepThingsError } from '../../errors.js';
import type { RegionLayer } from '../../formats/darknet/layers.js';
import { shapeText } from '../../geometry/region.js';
import type { Candidate } from '../../heads/nms.js';
import { softmax } from './classify.js';

/**
 * Decodes YOLOv2's head as Darknet does (`x = (column + sigmoid(tx)) / w`, `width = exp(tw) * anchor / w`, softmax over
 * the classes, sigmoids where the cfg has no softmax). A head without classes scores by objectness alone (class 0).
 *
 * @param output the layer before the head, raw, `[anchors * (coords + 1 + classes), height, width]`.
 * @param threshold objectness and score must both exceed it.
 * @returns candidates in the order of cells, then anchors, then classes.
 * @throws DT_HEAD_OUTPUT when the output has another size, or numbers that are not finite: a model that broke must not
 * look like an empty picture.
 */
export function decodeRegion(output: Float32Array, head: RegionLayer, threshold: number): readonly Candidate[] {
  const { channels, height, width } = head.input;
  const cells = height * width;
  if (output.length !== channels * cells) {
    throw new DeepThingsError(
      'DT_HEAD_OUTPUT',
      `the detection head expects ${shapeText(head.input)}, ${channels * cells} numbers, and gets ${output.length}`,
    );
  }
  const candidates: Candidate[] = [];
  for (let cell = 0; cell < cells; cell++) {
    for (const [anchor, size] of head.anchors.entries()) {
      const at = (entry: number) => finite(output[(anchor * entries(head) + entry) * cells + cell]!);
      const objectness = sigmoid(at(head.coords));
      if (!(objectness > threshold)) {
        continue;
      }
      const column = cell % width;
      const row = (cell - column) / width;
      const box = {
        cx: (column + sigmoid(at(0))) / width,
        cy: (row + sigmoid(at(1))) / height,
        width: (Math.exp(at(2)) * size[0]) / width,
        height: (Math.exp(at(3)) * size[1]) / height,
      };
      const scores = scoreClasses(head, objectness, (index) => at(head.coords + 1 + index));
      for (const [classIndex, score] of scores.entries()) {
        if (score > threshold) candidates.push({ box, classIndex, score: Math.fround(score) });
      }
    }
  }
  return candidates;
}

function scoreClasses(head: RegionLayer, objectness: number, logit: (index: number) => number): readonly number[] {
  if (head.classes === 0) {
    return [objectness];
  }
  const logits = Array.from({ length: head.classes }, (_, index) => logit(index));
  const probabilities = head.softmax ? softmax(logits) : logits.map(sigmoid);
  return probabilities.map((probability) => objectness * probability);
}

/** Numbers per anchor and cell. */
function entries(head: RegionLayer): number {
  return head.coords + 1 + head.classes;
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

function finite(value: number): number {
  if (!Number.isFinite(value)) {
    throw new DeepThingsError(
      'DT_HEAD_OUTPUT',
      `the detection head gets ${value}: the weights do not fit the model, or its activations overflow`,
    );
  }
  return value;
}
