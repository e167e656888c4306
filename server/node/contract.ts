import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parse } from 'yaml';

/** The parts of `openapi.yaml` that the node itself looks into. */
export interface Contract {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, ContractOperation>>>>;
}

export interface ContractOperation {
  readonly operationId: string;
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
  readonly security?: readonly unknown[];
}

export const HTTP_METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** Reads the contract; a new object at each call, since plugins write into what they are given. */
export function readContract(): Contract {
  const file = createRequire(import.meta.url).resolve('#openapi');
  return parse(readFileSync(file, 'utf8')) as Contract;
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
