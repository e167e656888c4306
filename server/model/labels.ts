import { DeepThingsError } from '../errors.js';
import { COCO_LABELS } from './coco-labels.js';
import { headOf } from './head.js';
import type { Layer } from './network.js';
import { VOC_LABELS } from './voc-labels.js';

/** Class names, one a line; empty lines at the end mean nothing. */
export function parseLabels(text: string): readonly string[] {
  return Object.freeze(
    text
      .trimEnd()
      .split(/\r?\n/)
      .map((line) => line.trim()),
  );
}

/**
 * The labels of a network's head: the given ones, else numbers, for a detector those of the data set with that many
 * classes. A detection head without classes has one label; a network without head has none.
 *
 * @throws DT_LABELS_COUNT when there are more or fewer than the head has classes.
 */
export function labelsFor(layers: readonly Layer[], given: readonly string[] | undefined): readonly string[] {
  const head = headOf(layers);
  if (head === undefined) {
    return Object.freeze([]);
  }
  const classes = head.kind === 'softmax' ? head.input.channels : head.classes;
  const count = Math.max(1, classes);
  if (given !== undefined) {
    if (given.length !== count) {
      throw new DeepThingsError(
        'DT_LABELS_COUNT',
        `the model tells ${count} classes apart and ${given.length} labels are given: give one a line, in its order`,
      );
    }
    return Object.freeze([...given]);
  }
  if (classes === 0) {
    return Object.freeze(['object']);
  }
  const known = [COCO_LABELS, VOC_LABELS].find((labels) => labels.length === count);
  if (head.kind === 'region' && known !== undefined) {
    return known;
  }
  return Object.freeze(Array.from({ length: count }, (_, index) => `class ${index}`));
}
