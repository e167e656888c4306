import type { ValidateFunction } from 'ajv';
import { AnswerError, startOfBody } from '../../../client/answer-error.js';
import type { Answer, OperationId } from '../../../client/client.js';
import type { CallRule } from './calls.js';
import { contractOperations, readContract, resolveReferences } from './contract.js';
import { exactAjv } from './schema-compilers.js';

interface Responses {
  readonly [status: string]: { readonly content?: Readonly<Record<string, { readonly schema?: object }>> };
}

/** By operation and status. */
const validators = new Map<string, ValidateFunction>();

/**
 * Compares a peer's answer with what its call's rule and the contract say: the status, the media type, and the schema of
 * JSON. Takes some microseconds.
 *
 * @throws AnswerError for anything else.
 */
export function requireAnswer<K extends OperationId>({ answers, operation }: CallRule<K>, answer: Answer<K>): void {
  const { bytes, json, mediaType, status } = answer;
  const expected = answers[status];
  const isExpected = expected === null ? bytes.byteLength === 0 : expected !== undefined && expected === mediaType;
  if (!isExpected) {
    const due = Object.entries(answers).map(([one, type]) => `${one} ${type ?? 'without a body'}`);
    const got = `${status} ${mediaType ?? 'without a type'}, ${startOfBody(bytes)}`;
    throw new AnswerError(status, `expected of ${operation} ${due.join(' or ')}; got ${got}`);
  }
  if (expected !== 'application/json') return;
  const validate = validatorOf(operation, status);
  if (validate(json)) return;
  const [mistake] = validate.errors ?? [];
  const where = `${mistake?.instancePath ?? ''} ${mistake?.message ?? ''}`.trim();
  throw new AnswerError(
    status,
    `the answer of ${operation} is not as the contract has it (${where}): ${startOfBody(bytes)}`,
  );
}

/**
 * Compiles the checks of every call's answers, once a process: when a node starts, since compiling one takes longer than the
 * main thread of a working node may be busy.
 */
export function prepareAnswerChecks(rules: Iterable<CallRule<OperationId>>): void {
  for (const { answers, operation } of rules) {
    for (const [status, type] of Object.entries(answers)) {
      if (type === 'application/json') validatorOf(operation, Number(status));
    }
  }
}

function validatorOf(operationId: OperationId, status: number): ValidateFunction {
  const key = `${operationId} ${status}`;
  const known = validators.get(key);
  if (known !== undefined) return known;
  const contract = readContract();
  const named = contractOperations(contract).find(({ operation }) => operation.operationId === operationId);
  const responses = named?.operation.responses as Responses;
  const schema = resolveReferences(responses[status]?.content?.['application/json']?.schema, contract);
  const compiled = exactAjv.compile(schema as object);
  validators.set(key, compiled);
  return compiled;
}
