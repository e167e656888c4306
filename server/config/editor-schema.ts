import { clusterFileSchema } from './cluster-file.js';

// What `npm run generate` writes; nodes do not import this.

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

const LINE_WIDTH = 120;

/** What an environment variable looks like where it stands for (a part of) a value. */
const REFERENCE = '\\$\\{';

/**
 * The JSON Schema that editors use for cluster.yaml: ours, but `${NAME}` is allowed wherever a value is, since an
 * editor sees the file before the environment is put in.
 */
export function clusterJsonSchema(): JsonObject {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...(withReferences(plainSchema()) as JsonObject),
  };
}

/** `clusterJsonSchema()` as `cluster.schema.json` has it, formatted as `biome format` would. */
export function clusterJsonSchemaText(): string {
  return `${format(clusterJsonSchema(), '', '')}\n`;
}

/** `generated/cluster-file-schema.ts`: the schema that nodes check a file with, without TypeBox and words for people. */
export function clusterFileSchemaModule(): string {
  const wordless = JSON.stringify(clusterFileSchema, (key, value) => (isWords(key, value) ? undefined : value));
  return [
    '// Generated from cluster-file.ts by `npm run generate`. Do not edit.',
    `export const CLUSTER_FILE_SCHEMA = ${format(JSON.parse(wordless), '', '')} as const;`,
    '',
  ].join('\n');
}

function plainSchema(): JsonObject {
  return JSON.parse(JSON.stringify(clusterFileSchema)) as JsonObject;
}

/** A section's key of that name would have an object. */
function isWords(key: string, value: unknown): boolean {
  return (key === 'description' || key === 'title') && typeof value === 'string';
}

function withReferences(schema: JsonObject): Json {
  const { properties, items } = schema;
  if (isObject(properties)) {
    const entries = Object.entries(properties).map(
      ([key, child]) => [key, withReferences(child as JsonObject)] as const,
    );
    return { ...schema, properties: Object.fromEntries(entries) };
  }
  if (isObject(items)) return { ...schema, items: withReferences(items) };
  return withReference(schema);
}

/** One value: a number or a boolean may be text with a reference in it as well, and text need not fit its pattern then. */
function withReference(schema: JsonObject): JsonObject {
  const { type, pattern, enum: choices, ...rest } = schema;
  if (Array.isArray(choices)) {
    return {
      ...rest,
      anyOf: [
        { type: 'string', enum: choices },
        { type: 'string', pattern: REFERENCE },
      ],
    };
  }
  if (type === 'integer' || type === 'number' || type === 'boolean') {
    return { ...rest, type: [type, 'string'], pattern: REFERENCE, patternErrorMessage: 'a value without quotes' };
  }
  return pattern === undefined ? schema : { ...schema, pattern: `(${pattern})|${REFERENCE}` };
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Objects over several lines, lists in one line where they fit. */
function format(value: Json, indent: string, key: string): string {
  const inner = `${indent}  `;
  if (isObject(value)) {
    const lines = Object.entries(value).map(([name, child]) => {
      const label = `${JSON.stringify(name)}: `;
      return `${inner}${label}${format(child, inner, label)}`;
    });
    return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n${indent}}`;
  }
  if (!Array.isArray(value)) return JSON.stringify(value);
  const isFlat = value.every((item) => typeof item !== 'object');
  const line = `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
  // A comma may follow.
  if (isFlat && indent.length + key.length + line.length < LINE_WIDTH) return line;
  return `[\n${value.map((item) => `${inner}${format(item, inner, '')}`).join(',\n')}\n${indent}]`;
}
