import type { Draws } from '../chaos/draws.js';
import { HOSTILE_TEXTS } from './hostile-texts.js';

/** Values in a place where another type belongs, as they stand in a JSON text: not all of them are JSON. */
const ODD_VALUES: readonly string[] = [
  'null',
  'true',
  '-1',
  '0',
  '1.5',
  '1e308',
  '1e999',
  '-0',
  '9007199254740993',
  'NaN',
  'Infinity',
  'undefined',
  "'single'",
  '""',
  '[]',
  '{}',
  '[[[[[]]]]]',
  '"\\ud800"',
  '"\\u0000"',
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '[1,]',
  '{"a":1,"a":2}',
  '/* why */ 1',
];

const DEEP = 20_000;

/** Ways to make a JSON text of a value that is not quite that value. */
const MUTATIONS: readonly ((value: unknown, draws: Draws) => string)[] = [
  (value) => JSON.stringify(value),
  (value, draws) => replaced(value, draws, draws.among(ODD_VALUES)),
  (value, draws) => replaced(value, draws, draws.among(ODD_VALUES)),
  (value, draws) => replaced(value, draws, JSON.stringify(draws.among(HOSTILE_TEXTS))),
  (value, draws) => replaced(value, draws, JSON.stringify('x'.repeat(draws.among([1_000, 100_000])))),
  (value, draws) => replaced(value, draws, `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`),
  (value, draws) => replaced(value, draws, `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`),
  (value, draws) => replaced(value, draws, JSON.stringify(Array.from({ length: 5_000 }, (_, i) => i))),
  (value, draws) => withKey(value, draws.among(['"__proto__":{"a":1}', '"constructor":{"a":1}', '"extra":1', '"":0'])),
  (value, draws) => doubled(value, draws),
  (value, draws) => without(value, draws),
  (value) => `\ufeff${JSON.stringify(value)}`,
  (value, draws) => JSON.stringify(value).slice(0, draws.whole(0, JSON.stringify(value).length)),
  (value) => `${JSON.stringify(value)}${JSON.stringify(value)}`,
  (value) => `${' \n'.repeat(20_000)}${JSON.stringify(value)}`,
  (_value, draws) => draws.among(ODD_VALUES),
];

/** A JSON text, or nearly one, made of a valid body. */
export function mutatedJson(value: unknown, draws: Draws): string {
  return draws.among(MUTATIONS)(value, draws);
}

type Path = readonly (string | number)[];

/** Every place in a value, the value itself first. */
export function placesOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, entry]) => placesOf(entry, [...at, key]))];
}

const MARK = '\u0001here\u0001';

function replaced(value: unknown, draws: Draws, text: string): string {
  const place = draws.among(placesOf(value));
  return JSON.stringify(marked(value, place)).replace(JSON.stringify(MARK), () => text);
}

function marked(value: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined) return MARK;
  if (Array.isArray(value)) return value.map((entry, i) => (String(i) === key ? marked(entry, rest) : entry));
  return { ...(value as object), [key]: marked((value as Record<string, unknown>)[key], rest) };
}

/** The outermost object with one more key. */
function withKey(value: unknown, key: string): string {
  const text = JSON.stringify(value);
  return text.startsWith('{') ? `{${key}${text === '{}' ? '' : ','}${text.slice(1)}` : `{${key}}`;
}

/** The outermost object with a key twice, the second time with another value. */
function doubled(value: unknown, draws: Draws): string {
  const keys = Object.keys((value as object | null) ?? {});
  return keys.length === 0 ? '{"a":1,"a":2}' : withKey(value, `${JSON.stringify(draws.among(keys))}:0`);
}

function without(value: unknown, draws: Draws): string {
  const entries = Object.entries((value as object | null) ?? {});
  const gone = draws.whole(0, Math.max(0, entries.length - 1));
  return JSON.stringify(Object.fromEntries(entries.filter((_, i) => i !== gone)));
}
