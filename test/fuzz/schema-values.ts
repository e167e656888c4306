import type { Draws } from '../chaos/draws.js';
import { HOSTILE_TEXTS } from './hostile-texts.js';

/** As far as the contract's schemas go. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
}

/** What of the running cluster a request can name. */
export interface Names {
  readonly devices: readonly string[];
  readonly frames: readonly string[];
  readonly epoch: string;
}

/** Texts that match the contract's patterns, by what the pattern begins with; nothing is worked out of a pattern. */
const OF_PATTERN: readonly (readonly [pattern: string, text: (draws: Draws, names: Names) => string])[] = [
  ['^[a-z0-9][a-z0-9-]', (draws, { devices }) => draws.among([...devices, 'e99', 'gateway'])],
  ['^[0-9a-z]{1,16}-', (draws, { frames, epoch }) => draws.among([...frames, `${epoch}-zzzz`, 'zz-1'])],
  ['^[0-9a-z]{1,16}$', (draws, { epoch }) => draws.among([epoch, 'zz'])],
  ['^[0-9a-f]{64}$', () => 'd'.repeat(64)],
  ['^\\d{4}-\\d{2}', (draws) => draws.among(['2026-11-23T09:30:00Z', '0000-00-00T00:00Z', '9999-99-99T99:99+99:99'])],
  ['^\\d{1,5}(,', (draws) => draws.among(['0,0,16,16', '0,0,0,0', '16,16,0,0', '0,0,99999,99999', '5,5,6,6'])],
  [
    '^\\d{1,3}:\\d{1,5}(,',
    (draws) =>
      draws.among([
        '1:0,0,8,8',
        '0:0,0,1,1',
        '999:0,0,1,1',
        '4:9,9,0,0',
        '1:0,0,99999,99999',
        '2:0,0,2,2;'.repeat(300),
      ]),
  ],
  ['^https?://', (draws) => draws.among(['http://127.0.0.1:1', 'http://192.0.2.1:80', 'https://127.0.0.1:99999'])],
];

/** A value that a schema asks for, or at least nearly; texts in their place of a JSON document or a query. */
export function schemaValue(schema: Schema, draws: Draws, names: Names): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return draws.among(schema.enum);
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices !== undefined) return schemaValue(draws.among(choices), draws, names);
  const type = typeof schema.type === 'string' ? schema.type : draws.among(schema.type ?? ['object']);
  switch (type) {
    case 'integer':
    case 'number':
      return numberOf(schema, draws);
    case 'boolean':
      return draws.chance(0.5);
    case 'null':
      return null;
    case 'array':
      return Array.from({ length: draws.whole(0, 3) }, () => schemaValue(schema.items ?? {}, draws, names));
    case 'string':
      return textOf(schema, draws, names);
    default:
      return objectOf(schema, draws, names);
  }
}

function numberOf({ minimum = -10, maximum = 1e15, default: usual }: Schema, draws: Draws): number {
  return draws.among([minimum, maximum, Math.min(maximum, minimum + 1), typeof usual === 'number' ? usual : minimum]);
}

function textOf({ pattern }: Schema, draws: Draws, names: Names): string {
  const known = OF_PATTERN.find(([start]) => pattern?.startsWith(start));
  return known === undefined ? draws.among(['a', 'person', '64']) : known[1](draws, names);
}

function objectOf({ properties = {}, required = [] }: Schema, draws: Draws, names: Names): object {
  const kept = Object.entries(properties).filter(([name]) => required.includes(name) || draws.chance(0.5));
  return Object.fromEntries(kept.map(([name, schema]) => [name, schemaValue(schema, draws, names)]));
}

/** A parameter's value as its text: what the schema asks for, or with that chance a hostile one. */
export function parameterText(schema: Schema, hostile: number, draws: Draws, names: Names): string {
  return draws.chance(hostile) ? draws.among(HOSTILE_TEXTS) : String(schemaValue(schema, draws, names));
}
