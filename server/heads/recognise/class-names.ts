import { DeepThingsError } from '../../errors.js';
import { COCO_LABELS } from '../../model/built-in/coco-labels.js';

/** Ids from 0 to 90 that COCO does not use. */
const UNUSED_COCO_IDS = new Set([0, 12, 26, 29, 30, 45, 66, 68, 69, 71, 83]);

/** COCO's classes by its own ids, 0 to 90; `class 12` where COCO does not use an id. */
export const COCO_ID_LABELS: readonly string[] = Object.freeze(cocoIdLabels());

function cocoIdLabels(): readonly string[] {
  const names = COCO_LABELS.values();
  return Array.from({ length: 91 }, (_, id) => (UNUSED_COCO_IDS.has(id) ? `class ${id}` : names.next().value!));
}

const LONGEST_TEXT = 1 << 20;
const MOST_NAMES = 20_000;
const LONGEST_NAME = 256;

const STRING = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/.source;
const ENTRY = new RegExp(`\\s*(\\d{1,5})\\s*:\\s*(${STRING})\\s*(,\\s*\\}?|\\})`, 'y');
const ITEM = new RegExp(`\\s*()(${STRING})\\s*(,\\s*\\]?|\\])`, 'y');

/**
 * Reads class names as Ultralytics writes them into a file's metadata: a Python dict `{0: 'person', 1: 'car'}` or list
 * `['person', 'car']` as text.
 *
 * @throws DT_MODEL_CLASS_NAMES when the text is anything else, the numbers are not 0, 1, 2, .., or a name is empty, longer
 * than 256 characters or has control characters.
 */
export function parseClassNames(text: string): readonly string[] {
  const trimmed = text.trim();
  if (trimmed.length > LONGEST_TEXT) throw namesError(`they are longer than ${LONGEST_TEXT} characters`);
  const entry = trimmed.startsWith('[') ? ITEM : ENTRY;
  if (entry === ENTRY && !trimmed.startsWith('{')) {
    throw namesError(`they begin with ${quoted(trimmed)}, and { or [ is expected`);
  }
  const names: string[] = [];
  for (let at = 1; at < trimmed.length; at = entry.lastIndex) {
    entry.lastIndex = at;
    const match = entry.exec(trimmed);
    if (match === null) throw namesError(`at ${quoted(trimmed.slice(at))} a name is expected, such as 0: 'person'`);
    const [, number, name, end] = match;
    if (number !== '' && Number(number) !== names.length) {
      throw namesError(`class ${number} comes where class ${names.length} is expected`);
    }
    if (names.length === MOST_NAMES) throw namesError(`they are more than ${MOST_NAMES}`);
    names.push(checkedName(unescaped(name!)));
    if (!end!.trimEnd().endsWith(',')) {
      if (entry.lastIndex === trimmed.length) return Object.freeze(names);
      throw namesError(`${quoted(trimmed.slice(entry.lastIndex))} follows their end`);
    }
  }
  throw namesError('they are empty or do not end');
}

function unescaped(literal: string): string {
  return literal.slice(1, -1).replace(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))/gs, (_, byte, unit, character) => {
    if (character === undefined) return String.fromCharCode(Number.parseInt(byte ?? unit, 16));
    if (character === '\\' || character === "'" || character === '"') return character;
    throw namesError(`they have the escape \\${character}`);
  });
}

function checkedName(name: string): string {
  if (name.trim() === '') throw namesError('a name is empty');
  if (name.length > LONGEST_NAME) throw namesError(`a name is longer than ${LONGEST_NAME} characters`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f]/.test(name)) throw namesError('a name has control characters');
  return name;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 24 ? `${text.slice(0, 24)}…` : text);
}

function namesError(what: string): DeepThingsError {
  return new DeepThingsError(
    'DT_MODEL_CLASS_NAMES',
    `the class names in the file's metadata (names) cannot be read: ${what}; give them with model.labels`,
  );
}
