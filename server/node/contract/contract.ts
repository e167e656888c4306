import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The parts of the contract that the node itself looks into. */
export interface Contract {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, ContractOperation>>>>;
  /** By kind and name. */
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface ContractOperation {
  readonly operationId: string;
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
  readonly responses: Readonly<Record<string, unknown>>;
  readonly security?: readonly unknown[];
}

export const HTTP_METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

const TEXT = readFileSync(createRequire(import.meta.url).resolve('#contract'), 'utf8');

/** The contract, `openapi.yaml`; a new object at each call, since plugins write into what they are given. */
export function readContract(): Contract {
  return JSON.parse(TEXT) as Contract;
}

/** Every operation with its method and path. */
export function contractOperations(contract: Contract) {
  return Object.entries(contract.paths).flatMap(([path, item]) =>
    HTTP_METHODS.flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [{ method, path, operation }];
    }),
  );
}

/**
 * Puts what references point to in their place. The contract has none that lead back to themselves.
 *
 * @throws Error when a reference points nowhere.
 */
export function resolveReferences(value: unknown, contract: object): unknown {
  if (Array.isArray(value)) return value.map((entry) => resolveReferences(entry, contract));
  if (typeof value !== 'object' || value === null) return value;
  const { $ref: reference } = value as { $ref?: string };
  if (reference !== undefined) return resolveReferences(lookUp(reference, contract), contract);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, resolveReferences(entry, contract)]));
}

function lookUp(reference: string, contract: object): unknown {
  const found = reference
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], contract);
  if (found === undefined) throw new Error(`openapi.yaml has no ${reference}`);
  return found;
}
