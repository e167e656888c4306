import { Ajv, type ErrorObject } from 'ajv';
import { CLUSTER_FILE_SCHEMA } from '../generated/cluster-file-schema.js';
import { synonymOf } from '../key-synonyms.js';
import { type ConfigPath, formatPath } from '../source/position.js';
import type { YamlSource } from '../source/yaml-source.js';
import { expectedValue, type ValueSchema } from './expected-value.js';
import { isSameWord, nearestWord } from './nearest-word.js';

/** What our schema's nodes have, as far as messages need it. */
interface SchemaNode extends ValueSchema {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  /** Words; true and false may be among them. */
  readonly enum?: readonly (string | boolean)[];
  readonly default?: unknown;
}

// The schema is made by our own build and checked by a test, not again at every start.
const ajv = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true, meta: false, validateSchema: false });
ajv.addVocabulary(['patternErrorMessage']);
const matches = ajv.compile(CLUSTER_FILE_SCHEMA);
const root: SchemaNode = CLUSTER_FILE_SCHEMA;

/** Checks the shape and reports one problem for each mistake, at the key that has to change. */
export function checkSchema(source: YamlSource): void {
  if (matches(source.value) || (readExpanded(source) && matches(source.value))) return;
  const errors = matches.errors ?? [];
  // Unknown keys first: one that was mistyped excuses the key that is missing for it.
  for (const error of errors) {
    if (error.keyword === 'additionalProperties') reportUnknownKey(source, error);
  }
  for (const error of errors) {
    if (error.keyword === 'required') reportMissingKey(source, error);
    else if (error.keyword !== 'additionalProperties') reportWrongValue(source, error);
  }
}

/**
 * Makes numbers and booleans of what came out of the environment as text where such are wanted.
 *
 * @returns whether there were any.
 */
function readExpanded({ value, expanded }: YamlSource): boolean {
  const expandedPaths = new Set(expanded.map((path) => JSON.stringify(path)));
  let found = false;
  for (const { keyword, data, parentSchema, instancePath } of matches.errors ?? []) {
    const read = keyword === 'type' ? readAs((parentSchema as SchemaNode).type, data) : undefined;
    const path = pathOf(instancePath);
    if (read === undefined || !expandedPaths.has(JSON.stringify(path))) continue;
    let parent = value as Record<string | number, unknown>;
    for (const step of path.slice(0, -1)) parent = parent[step] as Record<string | number, unknown>;
    parent[path.at(-1)!] = read;
    found = true;
  }
  return found;
}

/** @returns undefined when the text does not say a value of this type. */
function readAs(type: SchemaNode['type'], value: unknown): number | boolean | undefined {
  if (typeof value !== 'string') return undefined;
  if (type === 'boolean' && /^(true|false)$/.test(value)) return value === 'true';
  const isNumeric = /^[-+]?(\d+\.?\d*|\.\d+)$/.test(value);
  return isNumeric && (type === 'integer' || type === 'number') ? Number(value) : undefined;
}

function reportUnknownKey({ problems }: YamlSource, error: ErrorObject): void {
  const parent = pathOf(error.instancePath);
  const key = String(error.params.additionalProperty);
  const known = Object.keys((error.parentSchema as SchemaNode).properties ?? {});
  const isAbsent = (name: string) => !Object.hasOwn(error.data as object, name);
  const near = keyMeant(key, known.filter(isAbsent));
  const twice = nearestWord(
    key,
    known.filter((name) => !isAbsent(name)),
  );
  let remedy = `remove it; known here: ${known.join(', ')}`;
  if (near !== undefined) remedy = `did you mean ${near}?`;
  else if (twice !== undefined) remedy = `remove it: ${twice} is given already`;
  else remedy = remedyElsewhere(key, error.parentSchema as SchemaNode, parent) ?? remedy;
  problems.report([...parent, key], 'is not a known key', remedy, { at: 'key' });
  if (near !== undefined) problems.excuse([...parent, near]);
}

/** A key that is mistyped, or that other programs call so. Spelling comes first: it is the surer sign. */
function keyMeant(key: string, known: readonly string[]): string | undefined {
  return nearestWord(key, known) ?? synonymOf(key, known);
}

/**
 * Finds the section where a key that is unknown here would be right. First below the section that it was written in:
 * `threads` of a device belongs in that device's engine. A key that is spelt right elsewhere comes before a similar one.
 */
function remedyElsewhere(key: string, section: SchemaNode, parent: ConfigPath): string | undefined {
  const places = [...placesBelow(section, formatPath(parent)), ...placesBelow(root, '')];
  const same = places.find((place) => isSameWord(place.key, key));
  if (same !== undefined) return `it belongs at ${same.path}`;
  const near = keyMeant(key, [...new Set(places.map((place) => place.key))]);
  const place = places.find((candidate) => candidate.key === near);
  return place === undefined ? undefined : `did you mean ${place.path}?`;
}

/** Every key below a section, with its path. */
function placesBelow(schema: SchemaNode, path: string): readonly { readonly key: string; readonly path: string }[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, child]) => {
    const childPath = path === '' ? key : `${path}.${key}`;
    return [{ key, path: childPath }, ...placesBelow(child, childPath)];
  });
}

function reportMissingKey({ problems, positions }: YamlSource, error: ErrorObject): void {
  const key = String(error.params.missingProperty);
  const path = [...pathOf(error.instancePath), key];
  const schema = (error.parentSchema as SchemaNode).properties?.[key] ?? {};
  const message = positions.has(path) ? 'has no value' : 'is missing';
  problems.report(path, message, remedyMissing(key, schema), { at: 'key' });
}

function remedyMissing(key: string, schema: SchemaNode): string {
  if (schema.examples !== undefined) return `write for instance ${key}: ${show(schema.examples[0])}`;
  const shape = schema.items ?? schema;
  const inside = shape.required ?? Object.keys(shape.properties ?? {}).slice(0, 1);
  return `add ${key}: ${schema.items === undefined ? '' : 'a list, each entry '}with ${inside.join(' and ')}`;
}

function reportWrongValue(source: YamlSource, error: ErrorObject): void {
  const schema = error.parentSchema as SchemaNode;
  const value: unknown = error.data;
  const message = `must be ${expectedValue(schema)}, is ${show(value)}`;
  source.problems.report(pathOf(error.instancePath), message, remedyValue(schema, value));
}

function remedyValue(schema: SchemaNode, value: unknown): string {
  const near =
    typeof value === 'string'
      ? nearestWord(
          value,
          (schema.enum ?? []).filter((word) => typeof word === 'string'),
        )
      : undefined;
  if (near !== undefined) return `did you mean ${near}?`;
  if (readAs(schema.type, value) !== undefined) return `write ${value} without quotes`;
  if (schema.type === 'string' && typeof value !== 'string' && isRightAsText(schema, value)) {
    return `put it in quotes: '${value}'`;
  }
  const example = schema.default ?? schema.examples?.[0] ?? schema.enum?.[0];
  if (example !== undefined) return `write for instance ${show(example)}`;
  if (schema.type === 'array') return 'start each entry with a hyphen on a line of its own';
  return 'write key: value lines, indented below it';
}

/** YAML has made a number or a boolean of what was meant as text. */
function isRightAsText(schema: SchemaNode, value: unknown): boolean {
  const isPlain = typeof value === 'number' || typeof value === 'boolean';
  return isPlain && (schema.enum?.includes(String(value)) ?? new RegExp(schema.pattern ?? '').test(String(value)));
}

/** A value as it is shown in a message: short, on one line. */
function show(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value !== 'string') return String(value);
  const printable = JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value).slice(1, -1);
  return `'${printable.replaceAll('\\"', '"')}'`;
}

function pathOf(pointer: string): ConfigPath {
  const steps = pointer.split('/').slice(1);
  return steps.map((step) => {
    const text = step.replaceAll('~1', '/').replaceAll('~0', '~');
    return /^\d+$/.test(text) ? Number(text) : text;
  });
}
