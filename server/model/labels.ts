import { DeepThingsError } from '../errors.js';
import type { HeadFamily } from '../heads/head-family.js';
import { COCO_LABELS } from './built-in/coco-labels.js';
import { VOC_LABELS } from './built-in/voc-labels.js';
import { splitLines } from './files/text-file.js';
import type { Remark } from './remark.js';

const LONGEST_LABEL = 256;

/** Class names as a file gives them. */
export interface LabelList {
  readonly names: readonly string[];
  /** Lines, from 1, that look like comments: files of labels have none, so each names a class. */
  readonly commentLines: readonly number[];
}

/**
 * Reads class names, one a line; empty lines at the end mean nothing.
 *
 * @throws DT_LABELS_LINE, with the line, for one that is blank, longer than 256 characters or has control characters.
 */
export function parseLabels(text: string): LabelList {
  const lines = splitLines(text.trimEnd()).map((line) => line.trim());
  const names = lines.length === 1 && lines[0] === '' ? [] : lines;
  const blank = linesWhere(names, (name) => name === '');
  if (blank.length > 0) {
    throw lineError(`${lineList(blank)} blank, and every line names a class`, 'remove the line, or name the class');
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const odd = linesWhere(names, (name) => /[\u0000-\u001f\u007f-\u009f]/.test(name));
  if (odd.length > 0) throw lineError(`${lineList(odd)} not plain text but control characters`, 'write a name');
  const long = linesWhere(names, (name) => name.length > LONGEST_LABEL);
  if (long.length > 0) {
    throw lineError(`${lineList(long)} longer than ${LONGEST_LABEL} characters`, 'write one name a line');
  }
  return Object.freeze({
    names: Object.freeze(names),
    commentLines: Object.freeze(linesWhere(names, (name) => /^(#|;|\/\/)/.test(name))),
  });
}

/**
 * The labels of a network's head out of a file.
 *
 * @param remark receives lines that look like comments, where their number is right nevertheless.
 * @throws DT_LABELS_COUNT when there are more or fewer than the head has classes.
 */
export function labelsOfList(head: HeadFamily | null, list: LabelList, remark: Remark): readonly string[] {
  const { names, commentLines } = list;
  const comments =
    commentLines.length === 0 ? '' : `${lineList(commentLines)} taken as a class and looks like a comment`;
  try {
    const labels = labelsFor(head, names);
    if (comments !== '') remark(`of the labels, ${comments}`);
    return labels;
  } catch (cause) {
    if (!(cause instanceof DeepThingsError) || comments === '') throw cause;
    throw new DeepThingsError(cause.code, `${cause.message}; ${comments}: remove it`, { cause });
  }
}

/**
 * The labels of a Darknet network's head: the given ones, else numbers, for a detector those of the data set with that many
 * classes. A detection head without classes has one label; a network without head has none.
 *
 * @throws DT_LABELS_COUNT when there are more or fewer than the head has classes.
 */
export function labelsFor(head: HeadFamily | null, given: readonly string[] | undefined): readonly string[] {
  if (head === null || !('classes' in head) || typeof head.classes !== 'number') {
    return Object.freeze([]);
  }
  const { classes } = head;
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
  if (head.kind !== 'classifier' && known !== undefined) {
    return known;
  }
  return Object.freeze(Array.from({ length: count }, (_, index) => `class ${index}`));
}

/** Lines, from 1, whose name is such. */
function linesWhere(names: readonly string[], isSuch: (name: string) => boolean): readonly number[] {
  return names.flatMap((name, index) => (isSuch(name) ? [index + 1] : []));
}

/** `line 3 is`, `lines 3, 5 and 2 more are`. */
function lineList(lines: readonly number[]): string {
  if (lines.length === 1) return `line ${lines[0]} is`;
  const more = lines.length > 5 ? ` and ${lines.length - 5} more` : '';
  return `lines ${lines.slice(0, 5).join(', ')}${more} are`;
}

function lineError(reason: string, remedy: string): DeepThingsError {
  return new DeepThingsError('DT_LABELS_LINE', `${reason}: ${remedy}`);
}
