import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import type { OperationId, Schemas } from '../../client/client.js';
import { OPERATIONS } from '../../client/generated/operations.js';

/** What a node answered, as it came. */
export interface Answer {
  readonly status: number;
  readonly mediaType: string | null;
  readonly bytes: Uint8Array;
}

type Json = { readonly [key: string]: Json } | readonly Json[] | string | number | boolean | null;

export const CONTRACT_FILE = new URL('../../openapi.yaml', import.meta.url);

/** The contract as it is written, not as it was generated. */
export const contract = parse(readFileSync(CONTRACT_FILE, 'utf8'));

/** Schemas that do not name what else may be in an object: the contract lists what is sent, and nothing else is. */
function closed(node: Json): Json {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  return 'properties' in copy && !('additionalProperties' in copy) ? { ...copy, additionalProperties: false } : copy;
}

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false, formats: { 'date-time': DATE_TIME } });
ajv.addSchema({ $id: 'contract', ...(closed(contract) as object) });

const compiled = new Map<string, ValidateFunction>();

function validatorAt(pointer: string): ValidateFunction {
  const known = compiled.get(pointer) ?? ajv.compile({ $ref: `contract#${pointer}` });
  compiled.set(pointer, known);
  return known;
}

const pointerTo = (...keys: string[]) =>
  keys.map((key) => `/${encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('');

/**
 * What the contract does not have in this answer: its status, its media type, or what its body says.
 *
 * @returns a line for each mistake.
 */
export function contractMistakes(operation: OperationId, answer: Answer): string[] {
  const { method, path } = OPERATIONS[operation];
  const keys = ['paths', path, method.toLowerCase(), 'responses', String(answer.status)];
  const declared = keys.reduce((node, key) => node?.[key], contract);
  if (declared === undefined) return [`${operation} declares no answer ${answer.status}`];
  const base = declared.$ref === undefined ? pointerTo(...keys) : declared.$ref.slice(1);
  const { content = {} } =
    declared.$ref === undefined ? declared : contract.components.responses[base.split('/').at(-1)];
  if (answer.mediaType === null) {
    const silent = Object.keys(content).length === 0 && answer.bytes.byteLength === 0;
    return silent ? [] : [`${operation} answered ${answer.status} without a media type`];
  }
  if (content[answer.mediaType] === undefined) {
    return [`${operation} declares no ${answer.mediaType} for ${answer.status}`];
  }
  // Pictures, tensors and texts: their schemas say no more than the media type.
  if (!/[/+]json$/.test(answer.mediaType)) return [];
  const validate = validatorAt(`${base}${pointerTo('content', answer.mediaType, 'schema')}`);
  validate(jsonOf(answer));
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [operation, answer.status, instancePath, message, JSON.stringify(params)].join(' '),
  );
}

/** What is wrong with a problem document, by the contract's `Problem`. */
export function problemMistakes(answer: Answer): string[] {
  if (answer.mediaType !== 'application/problem+json') return [`expected a problem, got ${answer.mediaType}`];
  const problem = jsonOf(answer);
  const mistakes = schemaMistakes('Problem', problem);
  return problem.status === answer.status ? mistakes : [...mistakes, `status ${problem.status} in the document`];
}

/** What is wrong with a value, by one of the contract's schemas. */
export function schemaMistakes(schema: keyof Schemas, value: unknown): string[] {
  const validate = validatorAt(`/components/schemas/${schema}`);
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

export function jsonOf({ bytes }: Pick<Answer, 'bytes'>) {
  return JSON.parse(new TextDecoder().decode(bytes));
}
